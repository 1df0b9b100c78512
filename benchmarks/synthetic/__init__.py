"""Résumés of invented people over many layouts and languages, labelled by construction.

`words` (the vocabularies, parted into train, dev and test) → `people` → `templates` (which put a page together from
`frames`, `work_styles`, `study_styles`, `part_styles`) → `sheet` elements → one of the writers.
"""
