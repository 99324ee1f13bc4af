"""What intents about the business itself do: presence, dispositions, articles."""

import msgspec

from ringdesk.articles import Article, ArticleKind
from ringdesk.dispositions import Disposition
from ringdesk.errors import Refused
from ringdesk.merge import bounds
from ringdesk.merge.case import Case, Effect, expect_date, find
from ringdesk.ops import ArticleAsk, ArticleSave, DispositionSave, PresenceSet
from ringdesk.presence import Presence


def presence_set(case: Case, args: PresenceSet) -> Effect:
    """What the person does now. One word older than what is known says nothing."""
    person = case.actor.person
    if not person:
        raise Refused("not_allowed", "nobody has signed in; sign in first")
    before = find(case, "presence", person, Presence)
    if before is not None and before.at > case.at:
        return Effect({})
    same = before is not None and before.state is args.state and _whom(before) == _whom(args)
    after = Presence(
        id=person,
        name=case.actor.name,
        since=before.since if before is not None and same else case.at,
        at=case.at,
        device=case.actor.device,
        site=case.site,
        **msgspec.structs.asdict(args),
    )
    return Effect({("presence", person): after})


def _whom(said: Presence | PresenceSet) -> tuple[str, str | None]:
    """With whom somebody is: on a call, whoever its caller turns out to be; else with a member."""
    return ("call", said.call) if said.call is not None else ("member", said.member)


def disposition_save(case: Case, args: DispositionSave) -> Effect:
    """A code, as it is from now on."""
    before = find(case, "disposition", args.code, Disposition)
    rev = _next(case, "disposition", before.rev if before is not None else 0)
    given = msgspec.structs.asdict(args)
    after = Disposition(id=given.pop("code"), rev=rev, **given)
    return Effect({("disposition", after.id): after})


def article_save(case: Case, args: ArticleSave) -> Effect:
    """An article, as it is from now on; its author is who wrote it last."""
    if not case.fact and not args.title.strip():
        raise Refused("empty_article", "the article has no title; type one")
    if not case.fact:
        for name in ("keywords", "codes", "tags", "stores"):
            bounds.expect_few(name, getattr(args, name), bounds.MAX_WORDS)
    expect_date(case, args.starts)
    expect_date(case, args.ends)
    before = find(case, "article", args.article or case.op_id, Article)
    if before is None and args.article is not None and not case.fact:
        raise Refused("unknown_article", f"there is no article {args.article}; look it up again")
    given = msgspec.structs.asdict(args)
    row_id = given.pop("article") or case.op_id
    after = Article(
        id=row_id,
        author=case.actor.person,
        author_name=case.actor.name,
        at=case.at,
        rev=_next(case, "article", before.rev if before is not None else 0),
        **given,
    )
    return Effect({("article", row_id): after})


def article_ask(case: Case, args: ArticleAsk) -> Effect:
    """A question that waits for a supervisor's answer."""
    if not case.fact and not args.text.strip():
        raise Refused("empty_article", "the question is empty; type what was asked")
    question = Article(
        id=case.op_id,
        kind=ArticleKind.QUESTION,
        title=args.text,
        author=case.actor.person,
        author_name=case.actor.name,
        at=case.at,
    )
    return Effect({("article", case.op_id): question})


def _next(case: Case, name: str, rev: int) -> int:
    """One more. Raises `Refused("stale_field")` where somebody else changed it since the person looked."""
    seen = case.base.get(name, 0 if rev == 0 else rev)
    if seen < rev and not case.fact:
        raise Refused("stale_field", f"the {name} was changed by somebody else; look again, then change it")
    return min(max(rev, seen if case.fact else 0) + 1, 2**53)
