"""Two documents, made up: a letter of one page, and a circular of some pages with a table."""

from __future__ import annotations

from emergency.documents.model import Grid, Heading, Official, Paragraph

LETTER = Official(
    mark="某县应急管理局文件",
    urgency="特急",
    number="某应急〔2026〕12号",
    signer="王某某",
    title="关于某化工厂爆炸事故的报告",
    addressees=("某市应急管理局",),
    body=(Paragraph("11月21日14时48分许，某化工厂发生爆炸，已造成2人死亡、5人失联，人数正在核实。" * 3),),
    signature="某县应急管理局",
    dated="2026年11月21日",
    footer="初报 格式1 · sha256:0123456789ab · 日志至128",
)
CIRCULAR = Official(
    mark="某市应急管理局文件",
    number="某应急〔2026〕8号",
    title="关于2026年10月全市紧急信息报送情况的通报",
    addressees=("各县（市、区）应急管理局",),
    body=(
        Heading(1, "一、总体情况"),
        Heading(2, "（一）按时报送情况"),
        Paragraph("应报128起，按时报送121起，迟报5起，涉嫌漏报2起。" * 20),
        Grid(
            ("单位", "应报", "按时", "说明"),
            tuple(
                (f"第{number}县应急管理局", "12", "11", "书面报告迟报1小时05分") for number in range(1, 41)
            ),
            (4, 1, 1, 5),
        ),
        Heading(1, "二、工作要求"),
        Paragraph("各单位要严格执行紧急信息报送规定。" * 20),
    ),
    signature="某市应急管理局",
    dated="2026年11月5日",
    copies_to=("省应急管理厅",),
    printed_by="某市应急管理局办公室",
    printed_on="2026年11月5日",
    footer="通报 格式1 · sha256:0123456789ab · 日志至1280",
)
