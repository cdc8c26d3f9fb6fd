"""The checks between the keys of the directions."""

from litmus.settings.checks import check

ENDINGS = (".parquet", ".npy", ".npz", ".safetensors")  # as `directions.own_files` reads them


@check("directions.controls", "directions.candidate")
def the_candidate_is_no_control(controls: list[str], candidate: str) -> str | None:
    """A group is not held against itself."""
    if candidate not in controls:
        return None
    return f"controls without {candidate}, for it is directions.candidate"


@check("directions.file", "directions.candidate", "directions.controls")
def a_file_goes_with_its_group(file: str | None, candidate: str, controls: list[str]) -> str | None:
    """It is named exactly where it is read."""
    valid = f"a file of your directions, ending in {', '.join(ENDINGS)}"
    asked = "file" in (candidate, *controls)
    if not asked:
        told = "null, or file as directions.candidate or among directions.controls"
        return told if file is not None else None
    if file is None:
        role = "directions.candidate" if candidate == "file" else "one of directions.controls"
        return f"{valid}, for file is {role}"
    return None if file.endswith(ENDINGS) else valid


@check(
    "directions.count",
    "dictionary.width",
    "dictionary.source",
    "directions.candidate",
    "directions.controls",
)
def there_are_rows(
    count: int, width: int, source: str, candidate: str, controls: list[str]
) -> str | None:
    """The group `sae` is the dictionary's rows; how many others have is known once it is loaded."""
    if source != "train" or "sae" not in (candidate, *controls) or count <= width:
        return None
    return f"at most dictionary.width = {width}"
