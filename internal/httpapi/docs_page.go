package httpapi

// docsTemplate is the page of /api/docs.
const docsTemplate = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Gonets API</title><style>{{.Style}}</style></head>
<body>
<h1>Gonets API</h1>
<p>{{.Info.Description}}</p>
<p>Send <code>Authorization: Bearer TOKEN</code>; the token is in the file <code>owner.token</code> of the server's data folder.
The whole description is <a href="/api/openapi.json">openapi.json</a>.</p>
{{range .Groups}}<h2 id="{{.Noun}}">{{.Noun}}</h2>
{{range .Routes}}<section id="{{.ID}}">
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
