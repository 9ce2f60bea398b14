"""Kill a run of `moderation apply` at one of its writes, in this process."""

from moderation.apply.plan import Plan


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


def kill(monkeypatch, number, *, arrives):
    """Kill at the write of this number, counted from 0. arrives: after the site has it."""
    opened, count = Plan.driver, iter(range(1_000))

    def driver(plan):
        made = opened(plan)
        write = made.write

        def killed(target, change):
            now = next(count) == number
            if now and not arrives:
                raise Killed
            answer = write(target, change)
            if now:
                raise Killed
            return answer

        made.write = killed
        return made

    monkeypatch.setattr(Plan, "driver", driver)
