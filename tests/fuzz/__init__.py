"""Whatever comes from outside, in a thousand wrong forms: nothing falls over, nothing takes long, nobody is let in.

`table.py` is the table of all that is tried; two engines try it: Hypothesis (`test_targets.py`, a little of it in each
test run), and atheris, which looks for ways into the code (`python -m tests.fuzz --all`, `make fuzz`).
"""
