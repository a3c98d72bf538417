"""Which galleries of the plan can be searched, and why the others are not."""

import logging

from base.ids import GalleryName
from lobby.branch import Branch
from lobby.plan import LobbyPlan
from serving.caller import Caller
from serving.galleries.service import GalleryService
from serving.lobby.recogniser import NOT_SEARCHED
from serving.lobby.views import GalleryProblem

_log = logging.getLogger(__name__)


class GalleryCheck:
    """Looks at the plan's galleries now and then; a problem is told in the log once."""

    def __init__(self, plan: LobbyPlan, galleries: GalleryService) -> None:
        self._plan = plan
        self._galleries = galleries
        self.problems: tuple[GalleryProblem, ...] = ()

    def refresh(self) -> None:
        """Look again."""
        found = []
        for branch in self._plan.branches:
            searched = [(gallery, True) for gallery in branch.watchlists]
            searched += [(gallery, False) for gallery in branch.galleries]
            for gallery, is_watchlist in searched:
                problem = self._problem(branch, gallery, is_watchlist)
                if problem is not None:
                    found.append(problem)
        self._tell(found)
        self.problems = tuple(found)

    def _problem(
        self, branch: Branch, gallery: GalleryName, is_watchlist: bool
    ) -> GalleryProblem | None:
        try:
            caller = Caller.local(gallery.tenant)
            self._galleries.check_searchable(caller, gallery, is_watchlist)
        except NOT_SEARCHED as error:
            return GalleryProblem(
                branch.tenant, branch.id, str(gallery), error.reason, error.message
            )
        return None

    def _tell(self, found: list[GalleryProblem]) -> None:
        for problem in found:
            if problem not in self.problems:
                _log.warning(
                    "gallery %s is not searched in branch %s: %s",
                    problem.gallery,
                    problem.branch,
                    problem.text,
                )
