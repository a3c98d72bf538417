"""What operators see of lobbies: rules, directory, galleries and delivery times."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lobby.branch import Branch
from lobby.rules.rule import Rule
from lobby.rules.watch import RuleWatch
from serving.caller import Caller
from serving.galleries.types import Gallery
from serving.http.answers import Answering
from serving.http.query import number_of
from serving.http.wire import Json, reason_json
from serving.lobby.delivery import WINDOW_S, BranchDelivery, DeliveryBook, Spread
from serving.permissions import CONSOLE

DEFAULT_PAGE = 100


class ConsoleRoutes:
    """GET /v1/console/lobby and /v1/console/galleries; a tenant sees what concerns it."""

    def __init__(self, answering: Answering, delivery: DeliveryBook) -> None:
        self._answering = answering
        self._delivery = delivery

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/v1/console")
        router.add_api_route("/lobby", self.lobby, methods=["GET"])
        router.add_api_route("/galleries", self.galleries, methods=["GET"])
        return router

    async def lobby(self, request: Request) -> Response:
        """Answer with the state of rules, directory and delivery."""

        async def work(_: Request, caller: Caller) -> Json:
            lobby = self._answering.services.lobby
            branches = lobby.branches_of(caller)
            ids = {branch.id for branch in branches}
            problems = [
                one
                for one in lobby.gallery_problems
                if one.tenant == caller.tenant and one.branch in ids
            ]
            trouble = lobby.directory_problem
            # Its files may have to be read for that.
            remark = await self._answering.run(request, lambda: lobby.directory_remark)
            problem = trouble or remark
            return {
                "branches": [_branch_json(branch) for branch in branches],
                "rules": _rules_json(lobby.rules, ids),
                "directory": {
                    "kind": lobby.plan.directory.kind.value,
                    "is_up": trouble is None,
                    "problem": None if problem is None else reason_json(problem),
                },
                "gallery_problems": [
                    {
                        "branch": one.branch,
                        "gallery": one.gallery,
                        "code": one.code,
                        "text": one.text,
                    }
                    for one in problems
                ],
                "delivery": {
                    "window_s": WINDOW_S,
                    "branches": [_times_json(one) for one in self._delivery.times(caller.tenant)],
                },
            }

        # The page asks by itself, so it is no use that keeps a sign-in alive.
        return await self._answering.answer_staff(request, CONSOLE, work, is_use=False)

    async def galleries(self, request: Request) -> Response:
        """Answer with the galleries, and which branches search them for what."""

        async def work(_: Request, caller: Caller) -> Json:
            services = self._answering.services
            size = number_of(request, "page_size", DEFAULT_PAGE)
            token = request.query_params.get("page_token", "")
            page = await self._answering.run(
                request,
                lambda: services.galleries.list_galleries(caller, caller.tenant, size, token),
            )
            branches = services.lobby.branches_of(caller)
            return {
                "galleries": [_gallery_json(one, branches) for one in page.galleries],
                "next_page_token": page.next_page_token,
            }

        return await self._answering.answer_staff(request, CONSOLE, work)


def _branch_json(branch: Branch) -> Json:
    return {
        "id": branch.id,
        "display_name": branch.display_name,
        "time_zone": branch.time_zone.key,
        "target_fpir": branch.target_fpir,
    }


def _rules_json(watch: RuleWatch, branches: set[str]) -> Json:
    """Return the rules that hold in these branches, and what is wrong with the file."""
    rules = watch.current.rules
    return {
        "file": None if watch.path is None else watch.path.name,
        "loaded_time": None if watch.loaded_at is None else watch.loaded_at.isoformat(),
        "problem": None if watch.problem is None else reason_json(watch.problem),
        "rules": [
            _rule_json(rule, branches)
            for rule in rules
            if any(rule.scope.holds_in(branch) for branch in branches)
        ],
    }


def _rule_json(rule: Rule, branches: set[str]) -> Json:
    escalation = rule.escalation
    return {
        "id": rule.id,
        "kind": rule.kind.name,
        "severity": rule.severity.name,
        "is_enabled": rule.is_enabled,
        "branches": sorted(rule.scope.branches & branches),
        "cameras": sorted(rule.scope.cameras),
        "zones": sorted(rule.scope.zones),
        "roles": list(rule.roles),
        "cooldown_s": rule.cooldown_s,
        "escalation": None
        if escalation is None
        else {
            "after_s": escalation.after_s,
            "roles": list(escalation.roles),
            "severity": escalation.severity.name,
        },
    }


def _times_json(times: BranchDelivery) -> Json:
    return {
        "branch": times.branch,
        "door_to_event": _spread_json(times.door_to_event),
        "door_to_tablet": _spread_json(times.door_to_tablet),
        "late_count": times.late_count,
    }


def _spread_json(spread: Spread) -> Json:
    return {"count": spread.count, "p50_s": spread.p50_s, "p99_s": spread.p99_s}


def _gallery_json(gallery: Gallery, branches: tuple[Branch, ...]) -> Json:
    return {
        "name": str(gallery.name),
        "purpose": gallery.purpose,
        "legal_basis": gallery.legal_basis.value,
        "model": gallery.model_id,
        "subject_count": gallery.subject_count,
        "template_count": gallery.template_count,
        "created_time": gallery.created_at.isoformat(),
        "customers_of": [one.id for one in branches if gallery.name in one.galleries],
        "watchlist_of": [one.id for one in branches if gallery.name in one.watchlists],
    }
