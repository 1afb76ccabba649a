// Package onec writes requests in the language of 1C:Enterprise, for those who
// want to send the same from there.
package onec

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"gonets/internal/curl"
)

// Code is a text that sends a request from 1C:Enterprise 8.3. What is masked in
// the request is so in the text, which begins with a remark then. The timeout is
// given in whole seconds: without one 1C waits for ever.
func Code(r curl.Request, timeout time.Duration) string {
	u, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if where := curl.Secrets(&r); len(where) > 0 {
		line("// Подставьте секреты вместо %s: %s.", curl.Masked, strings.ReplaceAll(strings.Join(where, ", "), curl.TheAddress, "адрес"))
	}
	line("Заголовки = Новый Соответствие;")
	if r.Gzip {
		line("// Тело уходило сжатым (gzip). 1С отправит его без сжатия.")
	}
	for _, h := range headers(&r) {
		line("Заголовки.Вставить(%s, %s);", text(h[0]), text(h[1]))
	}
	line("")
	line("Запрос = Новый HTTPЗапрос(%s, Заголовки);", text(u.RequestURI()))
	switch {
	case r.Body == nil:
	case plain(r.Body):
		line("Запрос.УстановитьТелоИзСтроки(%s, КодировкаТекста.UTF8, ИспользованиеByteOrderMark.НеИспользовать);", text(string(r.Body)))
	default:
		line("Запрос.УстановитьТелоИзДвоичныхДанных(Base64Значение(%s));", text(base64.StdEncoding.EncodeToString(r.Body)))
	}
	line("")
	port, secure := u.Port(), ""
	if r.ServerName != "" {
		line("// Сертификат проверялся на имя %s. 1С проверит его на имя из адреса.", r.ServerName)
	}
	if u.Scheme == "https" {
		secure = ", ЗащищенноеСоединение"
		if r.Insecure {
			line("// Сертификат сервера не проверяется.")
			line("ЗащищенноеСоединение = Новый ЗащищенноеСоединениеOpenSSL;")
		} else {
			line("ЗащищенноеСоединение = Новый ЗащищенноеСоединениеOpenSSL(Неопределено, Новый СертификатыУдостоверяющихЦентровОС);")
		}
	}
	if port == "" {
		port = "80"
		if secure != "" {
			port = "443"
		}
	}
	seconds := max(1, int((timeout+time.Second-1)/time.Second))
	line("Соединение = Новый HTTPСоединение(%s, %s, , , , %d%s);", text(u.Hostname()), port, seconds, secure)
	if r.Follow {
		line("// За перенаправлением 1С сама не идёт: новый адрес стоит в заголовке Location ответа.")
	}
	method := r.Method
	if method == "" {
		method = "GET"
	}
	line("Ответ = Соединение.ВызватьHTTPМетод(%s, Запрос);", text(strings.ToUpper(method)))
	line("")
	line("ТелоОтвета = Ответ.ПолучитьТелоКакСтроку(КодировкаТекста.UTF8);")
	line("Если Ответ.КодСостояния < 200 Или Ответ.КодСостояния > 299 Тогда")
	line("\tВызватьИсключение \"Сервис ответил \" + Формат(Ответ.КодСостояния, \"ЧГ=0\") + \": \" + ТелоОтвета;")
	line("КонецЕсли;")
	return b.String()
}

// headers are those that 1C does not send by itself. It keeps one value of each
// name, and does not unpack what is packed.
func headers(r *curl.Request) [][2]string {
	var out [][2]string
	at := map[string]int{}
	for _, h := range r.Headers {
		name := strings.ToLower(h.Name)
		switch name {
		case "host", "content-length", "accept-encoding", "connection", "transfer-encoding":
			continue
		case "content-encoding":
			if r.Gzip {
				continue
			}
		}
		i, again := at[name]
		if !again {
			at[name] = len(out)
			out = append(out, [2]string{h.Name, h.Value})
			continue
		}
		join := ", "
		if name == "cookie" {
			join = "; "
		}
		out[i][1] += join + h.Value
	}
	return out
}

// plain tells whether a body is text that a literal keeps as it is.
func plain(body []byte) bool {
	return utf8.Valid(body) && !strings.ContainsFunc(string(body), func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f || r == '\uFEFF'
	})
}

// text is a literal. Its lines after the first begin with a bar, and a quote is
// written twice.
func text(s string) string {
	s = strings.ReplaceAll(s, `"`, `""`)
	s = strings.ReplaceAll(s, "\n", "\n\t|")
	// A line break of two characters would become one of the module's own.
	s = strings.ReplaceAll(s, "\r", `" + Символы.ВК + "`)
	return `"` + s + `"`
}
