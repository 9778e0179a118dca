"""What is shown of a collection."""

from collections.abc import Sequence

from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.di.diagnostics import ServiceGraph


class Mailer:
    """Needed by the signup."""


class Audit:
    """Needed by nobody."""


class Signup:
    def __init__(self, mailers: Sequence[Mailer]) -> None:
        self.mailers = mailers


class Loud(Mailer):
    def __init__(self, inner: Mailer, audit: Audit) -> None:
        self.inner = inner


class Broken:
    def __init__(self, missing: bytes) -> None:
        self.missing = missing


def test_a_registration_says_in_which_line_it_was_added() -> None:
    """Only when asked: the host turns it on in Development."""
    services = ServiceCollection().add_singleton(Mailer)
    services.keeps_sources = True
    services.add_singleton(Audit)

    before, after = ServiceGraph.of(services).registrations

    assert before.source is None
    assert after.source is not None
    assert after.source.rsplit(":", 1)[0] == __file__


def test_needs_are_seen_through_sequences_and_decorators() -> None:
    """A decorator's needs are those of what it decorates."""
    services = (
        ServiceCollection().add_singleton(Mailer).add_singleton(Audit).add_transient(Signup).decorate(Mailer, Loud)
    )

    mailer, audit, signup = ServiceGraph.of(services).registrations

    assert (mailer.needs, audit.needs, signup.needs) == ((1,), (), (0,))


def test_what_no_root_needs_is_unused() -> None:
    """From the services that an application asks for by itself."""
    graph = ServiceGraph.of(ServiceCollection().add_singleton(Mailer).add_singleton(Audit).add_transient(Signup))

    assert [report.name for report in graph.unused(Signup)] == ["Audit"]
    assert [report.name for report in graph.unused()] == ["Audit", "Signup"]


def test_what_cannot_be_made_says_why_and_nothing_is_made() -> None:
    """The rest of the graph is shown all the same."""
    graph = ServiceGraph.of(ServiceCollection().add_singleton(Broken).add_singleton(Mailer))

    assert graph.registrations[0].problem == "No service is registered for bytes."
    assert graph.registrations[1].problem is None


def test_the_graph_is_mermaid_text() -> None:
    """Nodes with lifetime, arrows to what they need, broken ones marked."""
    services = ServiceCollection().add_singleton(Mailer, key="<a>").add_transient(Signup).add_scoped(Broken)

    text = ServiceGraph.of(services.add_singleton(Mailer)).mermaid().splitlines()

    assert text[0] == "graph LR"
    assert (
        '  s0["Mailer &#39;&lt;a&gt;&#39;<br/>singleton"]' in text
        or "  s0[\"Mailer '&lt;a&gt;'<br/>singleton\"]" in text
    )
    assert "  s1 --> s3" in text
    assert text[3].endswith(":::broken")


def test_a_registration_says_what_it_takes_by_which_parameter() -> None:
    """For a page about one service: parameters in order, with what is behind each; defaults that are left are none."""

    class Mailer: ...

    class Signup:
        def __init__(self, mailer: Mailer, provider: ServiceProvider, size: int = 3) -> None: ...

    graph = ServiceGraph.of(ServiceCollection().add_singleton(Mailer).add_transient(Signup))

    assert [(each.name, each.service_type, str(each.lifetime)) for each in graph.registrations[1].parameters] == [
        ("mailer", Mailer, "singleton"),
        ("provider", ServiceProvider, "None"),
    ]
