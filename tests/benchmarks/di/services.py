"""What is built: a graph of ten objects, a request's worth of scoped services, ten of a kind."""


class Leaf:
    """Needs nothing, and has a little state of its own."""

    def __init__(self) -> None:
        self.count = 0


class Clock:
    """A singleton."""


class Left:
    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf


class Right:
    def __init__(self, leaf: Leaf, clock: Clock) -> None:
        self.leaf, self.clock = leaf, clock


class Pair:
    def __init__(self, left: Left, right: Right) -> None:
        self.left, self.right = left, right


class Twins:
    def __init__(self, one: Leaf, other: Leaf) -> None:
        self.one, self.other = one, other


class Graph:
    """Depth 4, ten objects made each time."""

    def __init__(self, pair: Pair, twins: Twins, leaf: Leaf) -> None:
        self.pair, self.twins, self.leaf = pair, twins, leaf


class Session:
    """Scoped, and closed with its scope."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def close(self) -> None:
        """Do nothing: closing is what is measured."""


class UnitOfWork:
    """Scoped, and closed with its scope."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def close(self) -> None:
        """Do nothing: closing is what is measured."""


class Orders:
    def __init__(self, session: Session) -> None:
        self.session = session


class Customers:
    def __init__(self, session: Session) -> None:
        self.session = session


class Checkout:
    def __init__(self, orders: Orders, customers: Customers, work: UnitOfWork) -> None:
        self.orders, self.customers, self.work = orders, customers, work


class Request:
    """What a request asks for: six scoped services, two of them closed at its end."""

    def __init__(self, checkout: Checkout, work: UnitOfWork) -> None:
        self.checkout, self.work = checkout, work


class Rule:
    """One of ten."""


RULES: tuple[type[Rule], ...] = tuple(type(f"Rule{number}", (Rule,), {}) for number in range(10))


class Connection:
    """Made asynchronously."""


async def connect() -> Connection:
    """Make a connection without waiting."""
    return Connection()


class Repository:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection, self.clock = connection, clock


TRANSIENT: tuple[type, ...] = (Leaf, Left, Right, Pair, Twins, Graph)
SCOPED: tuple[type, ...] = (Session, UnitOfWork, Orders, Customers, Checkout, Request)
