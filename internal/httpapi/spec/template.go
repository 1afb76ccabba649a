package spec

// pageTemplate is the page of /api/docs.
const pageTemplate = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Gonets API</title><style>` + pageStyle + `</style></head>
<body>
<h1>Gonets API</h1>
<p>{{.Info.Description}}</p>
<p>Send <code>Authorization: Bearer TOKEN</code>; the token is in the file <code>owner.token</code> of the server's data folder.
The whole description is <a href="/api/openapi.json">openapi.json</a>.</p>
{{range .Groups}}<h2 id="{{.Noun}}">{{.Noun}}</h2>
{{range .Routes}}<section id="{{.OperationID}}">
<p class="path"><span class="method">{{.Method}}</span> {{.Path}}</p>
<p>{{.Summary}}. <small>Right: {{.Right}}</small>{{with .Description}}<br>{{.}}{{end}}</p>
{{if .Params}}<table><tr><th>Parameter</th><th>In</th><th></th></tr>
{{range .Params}}<tr><td><code>{{.Name}}</code></td><td>{{.In}}</td><td>{{.Description}}</td></tr>
{{end}}</table>{{end}}
{{if .Takes}}<table><tr><th>Takes</th><th>Type</th><th></th></tr>
{{range .Takes}}<tr><td><code>{{.Name}}</code></td><td>{{.Type}}</td><td>{{.Doc}}</td></tr>
{{end}}</table>{{end}}
{{if .Gives}}<table><tr><th>Gives</th><th>Type</th><th></th></tr>
{{range .Gives}}<tr><td><code>{{.Name}}</code></td><td>{{.Type}}</td><td>{{.Doc}}</td></tr>
{{end}}</table>{{end}}
</section>
{{end}}{{end}}</body>
</html>
`

// pageStyle is the page's style; the page's policy names its hash.
const pageStyle = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
code,.path{font-family:ui-monospace,monospace}.method{display:inline-block;min-width:4rem;font-weight:600}
section{border-top:1px solid #ccc;padding:.5rem 0}h2{text-transform:capitalize;margin-top:2rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}small{color:#555}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}section{border-color:#444}small{color:#aaa}a{color:#8ab4f8}}`
