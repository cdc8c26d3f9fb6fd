"""Where jobs run, and how many share what, decides no result."""

import pytest
import yaml

from workflow.project import ROOT, Project

pytestmark = pytest.mark.workflow

PROFILES = {
    name: yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text(encoding="utf-8"))
    for name in ("default", "gpu", "slurm")
}


def test_how_many_jobs_share_a_gpu_reruns_nothing(project: Project):
    """It is no parameter of any rule, not even of the record of the settings."""
    assert project.pending(changes={"jobs_per_gpu": 3}) == {}


def test_how_many_jobs_share_a_gpu_reaches_the_job(project: Project):
    """By the environment, as do the jobs that may share the memory."""
    told = "import os\nprint('GPU by', os.environ['LITMUS_JOBS_PER_GPU'])\n"
    told += "print('memory by', os.environ['LITMUS_CPU_JOBS'])\n"
    project.edit("scripts/provenance.py", told)
    console = project.make("results-tiny/provenance.json", changes={"jobs_per_gpu": 3})
    assert "GPU by 3\n" in console
    assert "memory by 2\n" in console


def test_local_rules_are_rules(fresh: Project):
    """Snakemake says no more than a word of one that is none."""
    console = fresh.make(arguments=["-n"])
    assert "localrules directive specifies rules that are not present" not in console


@pytest.mark.parametrize("name", ["gpu", "slurm"])
def test_profiles_agree_on_what_reruns(name):
    """A run may go on under another profile."""
    for key in ("rerun-triggers", "rerun-incomplete", "keep-going", "scheduler"):
        assert PROFILES[name][key] == PROFILES["default"][key]


def test_the_clusters_resources_are_of_rules(fresh: Project):
    """A name that is none would be left at the default in silence."""
    listed = fresh.make(arguments=["--list-rules"])
    assert PROFILES["slurm"]["set-resources"].keys() <= set(listed.split())


@pytest.mark.parametrize("arguments, limit", [([], 8), (["--resources", "gpu=3"], 3)])
def test_several_gpus_are_given_out(project: Project, arguments, limit):
    """The profile takes the default's place, with its one GPU; the command line has the last word.

    Shown by a run that makes one file.
    """
    project.edit("scripts/provenance.py")
    console = project.make(
        "results-tiny/provenance.json",
        arguments=["--workflow-profile", "profiles/gpu", *arguments],
    )
    assert f'gpu=Resource("gpu", {limit})' in console
