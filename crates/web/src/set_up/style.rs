//! The looks of the pages: one small sheet, light and dark, from a phone's width up.

/// It stands in every page, so that nothing is loaded from anywhere.
pub(super) const SHEET: &str = "\
:root{color-scheme:light dark;--text:#101828;--soft:#475467;--back:#f2f4f7;--card:#fff;--line:#d0d5dd;\
--accent:#0b5c8a;--on-accent:#fff;--good:#067647;--warning:#93370d;--bad:#b42318;--tint:#e8f1f6}\
@media (prefers-color-scheme:dark){:root{--text:#f2f4f7;--soft:#a3acbb;--back:#0c111d;--card:#161b26;\
--line:#3a4150;--accent:#7cc4ec;--on-accent:#0c111d;--good:#47cd89;--warning:#fdb022;--bad:#f97066;\
--tint:#1b2a38}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--back);color:var(--text);font:16px/1.55 system-ui,sans-serif}\
header,main{max-width:46rem;margin:0 auto;padding:0 1rem}\
header{display:flex;justify-content:space-between;align-items:center;gap:1rem;padding-top:1rem;\
padding-bottom:1rem}\
header a{font-weight:650;text-decoration:none;color:var(--text)}\
header span{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}\
main{padding-bottom:3rem}\
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem;\
margin:0 0 1rem}\
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 .25rem}h2{font-size:1.1rem;margin:0 0 .5rem}h2.apart{margin-top:2rem}\
p{margin:.25rem 0 .75rem}.soft,small{color:var(--soft)}small{display:block}\
ol.steps{display:flex;gap:.5rem;list-style:none;padding:0;margin:1rem 0}\
ol.steps li{flex:1;border-top:3px solid var(--line);padding-top:.4rem;color:var(--soft);font-size:.9rem}\
ol.steps li[aria-current]{border-color:var(--accent);color:var(--text);font-weight:650}\
ol.steps a{color:inherit}\
label{display:block;font-weight:600;margin:1rem 0 .25rem}\
input[type=text],input[type=password],textarea{width:100%;padding:.6rem .7rem;font:inherit;color:inherit;\
background:var(--back);border:1px solid var(--line);border-radius:8px}\
label.check{display:flex;gap:.6rem;font-weight:400}label.check input{margin-top:.35rem}\
button,a.button{display:inline-block;font:inherit;font-weight:600;padding:.6rem 1rem;margin:1rem 0 0;\
border:1px solid var(--accent);border-radius:8px;background:var(--accent);color:var(--on-accent);\
text-decoration:none;cursor:pointer}\
button.quiet,a.quiet{background:transparent;color:var(--accent)}header button{margin:0;padding:.35rem .8rem}\
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
a{color:var(--accent)}code,output{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}\
output{display:block;padding:.75rem;background:var(--tint);border-radius:8px;user-select:all}\
ul.cards{list-style:none;padding:0;margin:.75rem 0 0;display:grid;gap:.75rem}\
ul.cards a{display:block;padding:1rem;border:1px solid var(--line);border-radius:10px;\
text-decoration:none;color:inherit;background:var(--card)}ul.cards a:hover{border-color:var(--accent)}\
ul.cards b{display:block}\
table{width:100%;border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;\
border-top:1px solid var(--line);overflow-wrap:anywhere}thead th{border:0;color:var(--soft);font-weight:600;\
font-size:.85rem}tbody th{font-weight:600;min-width:9rem;overflow-wrap:break-word;hyphens:auto}\
form+table{margin-top:1.25rem}button+small{margin-top:.5rem}form+small{margin-top:.5rem}\
.good{color:var(--good)}.warning{color:var(--warning)}.bad{color:var(--bad)}.skipped{color:var(--soft)}\
.word{font-weight:650;white-space:nowrap}\
@media (max-width:40rem){ol.steps li{font-size:.8rem}thead{position:absolute;clip-path:inset(50%)}\
tr{display:block;border-top:1px solid var(--line);padding:.6rem 0}th,td{display:block;border:0;padding:0;min-width:0}}";
