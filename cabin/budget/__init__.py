"""Time and memory: measured, enforced, told.

    budgets = load_budgets(file).value
    supervisor = BudgetSupervisor(budgets, publish)
    supervisor.note_stage("parse", 14.2); supervisor.note_late()
    step = supervisor.tick(now_s, meter.read(now_s))          # once a second
    deadline = Deadlines(budgets).begin(now_s)                # when an utterance ends

- settings.py     what a file of config/budgets says of deadlines and steps
- steps.py        the steps of the ladder
- meter.py        memory and processor time of processes, the own cgroup, pressure
- cgroup.py       where the own cgroup is, versions 1 and 2
- deadlines.py    what is left of a stage and an utterance, and what is late
- window.py       the latest times of the stages
- ladder.py       when to step down and up again
- allowed.py      what a step allows, and what the driver is told
- supervisor.py   readings and times in, events out
- verdicts.py     a budget held against what cabin.bench.machine_bench measured

Nothing here has a thread or a clock of its own: the daemon calls.
"""
