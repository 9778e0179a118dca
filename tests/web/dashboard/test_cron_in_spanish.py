"""When a recurring job runs, as the Spanish pages say it."""

import pytest
from cronsim.explain import explain

from corner_host.web.dashboard.cron_in_spanish import in_spanish


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("* * * * *", "Cada minuto"),
        ("*/5 * * * *", "Cada 5 minutos de cada hora"),
        ("0 * * * *", "Al comienzo de cada hora"),
        ("0,30 9-17 * * *", "En los minutos 0 y 30 de cada hora de 9 a 17"),
        ("*/10 9-17 * * 1-5", "Cada 10 minutos de 09:00 a 17:59 de lunes a viernes"),
        ("0 9,12,18 * * *", "A las 09:00, 12:00 y 18:00 todos los días"),
        ("0 1 * * 6,0", "A la 01:00 los sábados y domingos"),
        ("30 2 1 * *", "A las 02:30 el día 1 de cada mes"),
        ("0 0 1,15 * *", "A las 00:00 los días 1 y 15 del mes"),
        ("0 0 LW * *", "A las 00:00 el último día laborable de cada mes"),
        ("0 0 15 JAN-FEB *", "A las 00:00 el día 15 de enero y febrero"),
        ("0 12 * * 5#2", "A las 12:00 el 2.º viernes del mes"),
        ("0 0 */2 * *", "A las 00:00 cada 2 días"),
        ("0 0 1 */3 *", "A las 00:00 el día 1 de cada 3 meses"),
    ],
)
def test_a_cron_expression_is_told_in_spanish(cron: str, words: str) -> None:
    """Whole, and as a person would say it."""
    assert in_spanish(explain(cron)) == words


@pytest.mark.parametrize("words", ["At the crack of dawn every blue moon", "cron x y z", ""])
def test_what_is_not_known_stays_as_it_is(words: str) -> None:
    """And is not half of each."""
    assert in_spanish(words) == words
