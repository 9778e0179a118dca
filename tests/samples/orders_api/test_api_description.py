"""What the API says of itself is true of any request that fits it, and of many that do not."""

from typing import Any

import anyio
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok

from .conftest import OpenShop

BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

NOTHING_TO_GET_WRONG = {(path, schemathesis.GenerationMode.NEGATIVE) for path in ("/products", "/do-something")}


# the shop's own use of random, in another thread of this process, looks to hypothesis like a strategy's
@pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.timeout(180)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", ["positive", "negative"])
async def test_every_answer_is_as_described(shop: OpenShop, mode: str) -> None:
    """No 5xx but the described 503; status, type and body are those of the description; bad input is refused."""
    async with shop("--OrdersApi:MaxWaitingOrders=2000") as open_:
        description = (await open_.client.get("/openapi.json")).json()
        products = [each["sku"] for each in (await open_.client.get("/products")).json()]
        kinds = description["components"]["schemas"]
        kinds["OrderLineIn"]["properties"]["sku"]["enum"] = (
            products  # the description cannot know who and what there is
        )
        kinds["OrderIn"]["properties"]["customer_id"]["enum"] = ["ana", "ben"]
        await anyio.to_thread.run_sync(hold_to, description, open_.url, schemathesis.GenerationMode(mode))
        assert (await open_.client.get("/alive")).status_code == 200


def hold_to(description: dict[str, Any], url: str, mode: schemathesis.GenerationMode) -> None:
    """Ask everything that is described, in many ways."""
    for result in schemathesis.openapi.from_dict(description).get_all_operations():
        assert isinstance(result, Ok)
        try:
            _ask(result.ok(), url, mode)
        except Unsatisfiable:  # there is nothing to get wrong: it takes nothing
            assert (result.ok().path, mode) in NOTHING_TO_GET_WRONG


def _ask(operation: Any, url: str, mode: schemathesis.GenerationMode) -> None:
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=url)

    ask()
