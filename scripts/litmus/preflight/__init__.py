"""Before anything long: is all there, does it fit together, and what will it cost?"""
