"""Documents for the tests, made up."""

from __future__ import annotations

from dataclasses import replace

from emergency.documents.model import Grid, Heading, Official, Paragraph

FOOTER = "初报 格式1 · sha256:0123456789ab · 日志至128"

PLAIN = Official(mark="", title="标题", body=(Paragraph("正文。"),), footer=FOOTER)
"""No head and no end."""

LETTER = Official(
    mark="甲县应急管理局文件",
    urgency="特急",
    number="甲应急〔2026〕12号",
    signer="王某某",
    title="关于甲县某化工厂爆炸事故的报告",
    addressees=("乙市应急管理局", "甲县人民政府"),
    body=(Paragraph("2026年11月21日14时48分许，甲县某化工厂发生爆炸，已造成2人死亡、5人失联。"),),
    signature="甲县应急管理局",
    dated="2026年11月21日",
    footer=FOOTER,
)

CIRCULAR = replace(
    LETTER,
    mark="乙市应急管理局文件",
    signer=None,
    copy_number="000012",
    secrecy="机密★1年",
    title="关于2026年10月全市紧急信息报送情况的通报",
    body=(
        Heading(1, "一、总体情况"),
        Heading(2, "（一）电话报告"),
        Paragraph("按时报送一百二十一起。" * 20),
        Heading(3, "1.书面报告"),
        Heading(4, "（1）首次报告"),
        Paragraph("迟报五起。" * 20),
        Grid(
            ("单位", "应报", "说明"),
            tuple((f"第{number}县", str(number), "书面报告迟报，依据有关条例") for number in range(1, 41)),
            (2, 1, 4),
        ),
        Paragraph("特此通报。"),
    ),
    attachments=("统计表", "迟报信息清单"),
    notes=("此件公开发布",),
    copies_to=("省应急管理厅", "市委办公室"),
    printed_by="乙市应急管理局办公室",
    printed_on="2026年11月5日",
)

BULLETIN = replace(
    LETTER,
    mark="值班信息",
    bulletin=True,
    issue="第12期（总第88期）",
    issued_by="甲县政府总值班室",
    number=None,
    signer=None,
    copies_to=("县委书记",),
    printed_by="甲县政府总值班室",
    printed_on="2026年11月21日",
)

ENGLISH = Official(
    mark="County Emergency Bureau",
    title="Report on an Explosion",
    urgency="Most urgent",
    number="No. 12 [2026]",
    signer="Wang",
    addressees=("City Bureau", "County Government"),
    body=(Heading(1, "1. What happened"), Paragraph("An explosion occurred (某化工厂). Two people died.")),
    signature="County Emergency Bureau",
    dated="21 November 2026",
    attachments=("Map", "List"),
    notes=("Phone: 0000",),
    copies_to=("Province",),
    printed_by="Office",
    printed_on="21 November 2026",
    footer="First report v1 · sha256:0123456789ab · log to 128",
    chinese=False,
)


def lines(count: int, *, flush: bool = True) -> Paragraph:
    """A paragraph of so many full lines."""
    return Paragraph("县" * (28 * count - (0 if flush else 2)), flush=flush)
