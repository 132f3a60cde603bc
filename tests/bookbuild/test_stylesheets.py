"""Stylesheets: which rules can be used, and where their files are."""

from bookbuild import stylesheets


def test_unused_rules_go_and_used_ones_stay_in_their_order():
    css = (
        "@charset 'x';.a{color:red}.b .a:hover{x:y}.gone,.a>p{b:c}"
        "@media print{.gone{x:y}}@media (min-width:2px){.b{q:r}}"
        "@font-face{font-family:F}@keyframes k{from{a:b}}.a:not(.gone){d:'}{'}"
    )
    assert stylesheets.purge(css, {"a", "b"}).split("\n") == [
        ".a{color:red}",
        ".b .a:hover{x:y}",
        ".a>p{b:c}",
        "@media (min-width:2px){.b{q:r}}",
        "@keyframes k{from{a:b}}",
        '.a:not(.gone){d:"}{"}',
    ]


def test_a_path_in_the_theme_leads_from_the_page_to_the_same_file():
    css = "a{b:url(file.png)}c{d:url('e.svg')}f{g:url(data:x)}h{i:url(#j)}"
    styled = stylesheets.moved(css, "../_static")
    assert "a{b:url(../_static/file.png)}c{d:url('../_static/e.svg')}" in styled
    assert "f{g:url(data:x)}h{i:url(#j)}" in styled
