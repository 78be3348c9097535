"""A made-up province (虚构的省): who there is, and who reports to whom.

All names are invented and the division codes begin with 99, which GB/T 2260 gives to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

from emergency.domain.offices import OfficeRegistered
from emergency.domain.vocabulary import Line, Tier

BUREAUS = {
    "emergency": "应急管理",
    "health": "卫生健康",
    "police": "公安",
    "ecology": "生态环境",
    "market": "市场监督管理",
    "transport": "交通运输",
    "housing": "住房和城乡建设",
}
"""The departments that each city and county has: what incidents of their line are reported to."""

_COMPANIES = {
    "coal-mine": ("煤矿", "emergency"),
    "quarry": ("采石场", "emergency"),
    "chemicals": ("化工有限公司", "emergency"),
    "factory": ("制造有限公司", "emergency"),
    "builder": ("建筑工程公司", "housing"),
    "gas": ("燃气有限公司", "housing"),
    "coach": ("客运有限公司", "transport"),
    "hospital": ("医院", "health"),
    "school": ("中学", "health"),
    "food": ("食品有限公司", "market"),
}
"""The sorts of companies: how their names end, and the department they report to."""

_PLACES = (
    "松溪 青泉 白石 长桥 云峰 柳河 金沙 平湖 南塘 双井 石门 龙潭 梅园 竹山 沙坪 杨店 高岭 红岩 清水 大洼"
)
_RIVERS = "江 川 原 湾 州 阳 阴 陵 台 浦"
_BRANDS = "宏达 恒通 永兴 鑫源 华泰 安顺 金利 长丰 同德 瑞祥 东升 广源"


@dataclass(frozen=True, slots=True)
class Company:
    """A unit (单位) that incidents happen in."""

    id: str
    name: str
    sort: str
    bureau: str
    """The county department it reports to."""


@dataclass(frozen=True, slots=True)
class County:
    """A county (县) with its townships and companies: ``c3k1`` is the first one of the third city.

    Its departments are ``c3k1-BUREAU``.
    """

    id: str
    name: str
    division: str
    city: str
    city_name: str
    townships: tuple[tuple[str, str], ...]
    companies: tuple[Company, ...]


@dataclass(frozen=True, slots=True)
class Province:
    """Everyone there is."""

    offices: tuple[OfficeRegistered, ...]
    """In an order in which each reports only to those before it."""
    counties: tuple[County, ...]


ID, NAME = "province", "华岭省"


def province(incidents: int) -> Province:
    """The province for a store of so many incidents: from 8 counties for ten to 80 for a hundred thousand."""
    size = log10(max(incidents, 1))
    cities = min(10, max(3, round(2 + 1.6 * size)))
    counties_each = min(8, max(2, round(1.8 * size)))
    found: list[OfficeRegistered] = [_government(ID, f"{NAME}人民政府", Tier.PROVINCE, "990000")]
    found += _bureaus(ID, NAME, Tier.PROVINCE, "990000", above=None)
    counties: list[County] = []
    places, rivers = _PLACES.split(), _RIVERS.split()
    for c in range(cities):
        city, name = f"c{c + 1}", f"{places[c][0]}{rivers[c]}市"
        division = f"99{c + 1:02d}00"
        found.append(_government(city, f"{name}人民政府", Tier.CITY, division, ID))
        found += _bureaus(city, name, Tier.CITY, division, above=ID)
        for k in range(counties_each):
            word = places[(c + 2 * k) % len(places)][0] + rivers[(c + k + 3) % len(rivers)]
            division = f"99{c + 1:02d}{k + 21}"
            county = _county(f"{city}k{k + 1}", f"{word}县", division, city, name, c + k)
            counties.append(county)
            found += _offices(county)
    return Province(tuple(found), tuple(counties))


def _county(county: str, name: str, division: str, city: str, city_name: str, number: int) -> County:
    places, brands = _PLACES.split(), _BRANDS.split()
    townships = tuple(
        (f"{county}-town{t + 1}", f"{name}{places[(number + 3 * t) % len(places)]}镇") for t in range(4)
    )
    companies = tuple(
        Company(
            id=f"{county}-{sort}",
            name=f"{name}{brands[(number + n) % len(brands)]}{ending}",
            sort=sort,
            bureau=f"{county}-{bureau}",
        )
        for n, (sort, (ending, bureau)) in enumerate(_COMPANIES.items())
    )
    return County(county, name, division, city, city_name, townships, companies)


def _offices(county: County) -> list[OfficeRegistered]:
    found = [_government(county.id, f"{county.name}人民政府", Tier.COUNTY, county.division, county.city)]
    found += _bureaus(county.id, county.name, Tier.COUNTY, county.division, above=county.city)
    for township, name in county.townships:
        found.append(_government(township, f"{name}人民政府", Tier.TOWNSHIP, county.division, county.id))
    for company in county.companies:
        found.append(
            OfficeRegistered(
                office=company.id,
                name=company.name,
                tier=Tier.UNIT,
                line=Line.ENTERPRISE,
                reports_to=(company.bureau,),
                division=county.division,
            )
        )
    return found


def _government(office: str, name: str, tier: Tier, division: str, *above: str) -> OfficeRegistered:
    return OfficeRegistered(
        office=office, name=name, tier=tier, line=Line.GOVERNMENT, reports_to=above, division=division
    )


def _bureaus(
    home: str, place: str, tier: Tier, division: str, *, above: str | None
) -> list[OfficeRegistered]:
    """The departments of one government: each reports to it, and to the same department one tier up."""
    ending = "厅" if tier is Tier.PROVINCE else "局"
    return [
        OfficeRegistered(
            office=f"{home}-{bureau}",
            name=f"{place}{words}{ending}",
            tier=tier,
            line=Line.DEPARTMENT,
            reports_to=(home, f"{above}-{bureau}") if above else (home,),
            division=division,
        )
        for bureau, words in BUREAUS.items()
    ]
