package texts

import (
	"maps"
	"slices"

	"gonets"
)

// Words are one sentence in both languages. {{0}}, {{1}} and so on are the
// values of the problem: {{0|знак|знака|знаков}} counts, {{0:span}} is a time
// span, {{0:size}} a number of bytes, {{0:list}} a list of words of which one is
// right, {{0:term}} a sort of value. They begin with a capital and have no full
// stop: they stand beside fields.
type Words struct{ En, Ru string }

// Mistake is what a code says beside the place that is wrong; ok is false for a
// code that has no such sentence.
func Mistake(c gonets.Code) (w Words, ok bool) {
	for _, table := range tables() {
		if w, ok = table[c]; ok {
			return w, true
		}
	}
	return Words{}, false
}

// Mistakes are the codes that have such a sentence.
func Mistakes() []gonets.Code {
	var all []gonets.Code
	for _, table := range tables() {
		all = slices.AppendSeq(all, maps.Keys(table))
	}
	slices.Sort(all)
	return all
}

func tables() []map[gonets.Code]Words {
	return []map[gonets.Code]Words{mistakes, ofTexts, ofTemplates, ofRequests, ofCommands}
}

// mistakes are those of documents and of what people fill in.
var mistakes = map[gonets.Code]Words{
	gonets.CodeMissing:        {"Fill this in", "Заполните это поле"},
	gonets.CodeUnknownKey:     {"The key “{{0}}” is not known", "Ключ «{{0}}» здесь не знаком"},
	gonets.CodeBadName:        {"“{{0}}” does not fit as a name: small Latin letters, digits and hyphens, at most {{1|character|characters}}", "«{{0}}» не подходит как имя: нужны строчные латинские буквы, цифры и дефисы, не больше {{1|знака|знаков|знаков}}"},
	gonets.CodeBadStepID:      {"“{{0}}” does not fit as a step’s id: small Latin letters, digits and _, a letter first", "«{{0}}» не подходит как имя шага: нужны строчные латинские буквы, цифры и _, первой идёт буква"},
	gonets.CodeBadVariable:    {"“{{0}}” does not fit as a variable’s name: small Latin letters, digits and _, a letter first", "«{{0}}» не подходит как имя переменной: нужны строчные латинские буквы, цифры и _, первой идёт буква"},
	gonets.CodeBadHeader:      {"“{{0}}” cannot be a header’s name: no spaces, Latin letters only", "«{{0}}» не может быть именем заголовка: нужны латинские буквы без пробелов"},
	gonets.CodeBadMethod:      {"There is no method “{{0}}”", "Метода «{{0}}» не бывает"},
	gonets.CodeBadEnv:         {"“{{0}}” does not fit as a name: Latin letters, digits and _, a letter first", "«{{0}}» не подходит как имя: нужны латинские буквы, цифры и _, первой идёт буква"},
	gonets.CodeReservedName:   {"“{{0}}” is reserved, choose another name", "«{{0}}» — занятое имя, выберите другое"},
	gonets.CodeBadChoice:      {"“{{1}}” does not fit here; write {{2:list}}", "«{{1}}» сюда не подходит; подойдёт {{2:list}}"},
	gonets.CodeBadSpan:        {"{{1:span}} does not fit: from {{2:span}} to {{3:span}}", "{{1:span}} не подходит: можно от {{2:span}} до {{3:span}}"},
	gonets.CodeBadDuration:    {"This is not a time span; write 30s, 5m, 2h or 1d", "Это не промежуток времени; пишите 30s, 5m, 2h или 1d: секунды, минуты, часы, дни"},
	gonets.CodeBadNumber:      {"{{0}} does not fit: from {{1}} to {{2}}", "{{0}} не подходит: можно от {{1}} до {{2}}"},
	gonets.CodeNegative:       {"This cannot be less than zero", "Меньше нуля не бывает"},
	gonets.CodeBadReplyStatus: {"Status {{0}} cannot be answered: 200–299 or 400–599, since senders do not follow redirects", "Ответить статусом {{0}} нельзя: можно 200–299 или 400–599, перенаправлений отправители не понимают"},
	gonets.CodeBadStatus:      {"“{{0}}” is not a status; write 200, 2**, 200-204 or !404", "«{{0}}» — не код статуса; пишите 200, 2**, 200-204 или !404"},
	gonets.CodeTooLong:        {"Too long: at most {{0|character|characters}}", "Слишком длинно: можно не больше {{0|знака|знаков|знаков}}"},
	gonets.CodeTooBig:         {"Too large: at most {{0:size}}", "Слишком много: можно не больше {{0:size}}"},
	gonets.CodeTooMany:        {"Too many: {{0}}, at most {{1}}", "Слишком много: {{0}}, можно не больше {{1}}"},
	gonets.CodeTooDeep:        {"Nested too deep: at most {{0|level|levels}}", "Слишком большая вложенность: можно не больше {{0|уровня|уровней|уровней}}"},
	gonets.CodeControlChar:    {"No line breaks or other control characters here", "Здесь не может быть перевода строки и других служебных знаков"},
	gonets.CodeTwice:          {"“{{0}}” stands twice", "«{{0}}» встречается дважды"},
	gonets.CodeFormerStepID:   {"The step “{{1}}” was called “{{0}}” before, and its replies are found by that name: no other step beside it can have it", "Шаг «{{1}}» раньше назывался «{{0}}», по этому имени находятся его ответы: у другого шага рядом такого имени быть не может"},
	gonets.CodeNotBoth:        {"Choose one: {{0}} or {{1}}", "Выберите одно: {{0}} или {{1}}"},
	gonets.CodeNeedsIf:        {"“{{0}}” needs a condition in the same step", "Для «{{0}}» нужно условие в том же шаге"},
	gonets.CodeNoSecretHere:   {"Nothing is checked, so no secret is needed", "Ничего не проверяется, поэтому секрет не нужен"},
	gonets.CodeBadAddress:     {"“{{0}}” is not an address; it begins with http:// or https://", "«{{0}}» — не адрес; он начинается с http:// или https://"},
	gonets.CodeBadBaseURL:     {"This is not the server’s address; write it like https://gonets.example.org", "Это не адрес сервера; пишите так: https://gonets.example.org"},
	gonets.CodeBadNetwork:     {"This is not a network; write it like 10.0.0.0/8", "Это не сеть; пишите так: 10.0.0.0/8"},
	gonets.CodeBadField:       {"“{{0}}” names no field; write it like phone, *.passport or headers.x-token", "«{{0}}» — не поле; пишите так: phone, *.passport или headers.x-token"},
	gonets.CodeBadOrigin:      {"Write * or one site, like https://example.org", "Пишите * или один сайт, например https://example.org"},
	gonets.CodeBadLane:        {"“{{0}}” is not the address of a service; write it like https://crm.example.org", "«{{0}}» — не адрес сервиса; пишите так: https://crm.example.org"},
	gonets.CodeBadRate:        {"“{{0}}” is not a rate; write it like 10/s, 30/m or 100/h, at most {{1}}", "«{{0}}» — не скорость; пишите так: 10/s, 30/m или 100/h, не больше {{1}}"},
	gonets.CodeBadClock:       {"“{{0}}” is not a time of day; write it like 08:00", "«{{0}}» — не время суток; пишите так: 08:00"},
	"invalid.moment":          {"“{{0}}” is not a time; write it like {{1}}", "«{{0}}» — не время; пишите так: {{1}}"},
	gonets.CodeBadRenew:       {"“{{0}}” is not an earlier step that sends a request or sets values", "«{{0}}» — не предыдущий шаг с запросом или значениями"},
	gonets.CodeSameClock:      {"The quiet hours begin and end at {{0}}: nothing is left of the day", "Тихие часы начинаются и кончаются в {{0}}: от суток ничего не остаётся"},
	gonets.CodeNoZone:         {"Say by which clocks: name a time zone such as Europe/Moscow", "Скажите, по каким часам: укажите часовой пояс, например Europe/Moscow"},
	gonets.CodeDeadlineShort:  {"{{0:span}} is too short: the next attempt comes in {{1:span}}", "{{0:span}} — слишком мало: следующая попытка через {{1:span}}"},
	gonets.CodeBadZone:        {"There is no time zone “{{0}}”; write it like Europe/Moscow", "Часового пояса «{{0}}» нет; пишите так: Europe/Moscow"},
	gonets.CodeBadMailHost:    {"“{{0}}” is not the name of a server; write it like smtp.example.org", "«{{0}}» — не имя сервера; пишите так: smtp.example.org"},
	gonets.CodePortInHost:     {"The port has a field of its own", "Для порта есть отдельное поле"},
	gonets.CodeBadChat:        {"“{{0}}” is no chat; write its number, like -1001234567890, or @name of a channel", "«{{0}}» — не чат; пишите его номер, например -1001234567890, или @имя канала"},
	gonets.CodeBadHour:        {"“{{0}}” is no time of day; write it like 22:00", "«{{0}}» — не время суток; пишите так: 22:00"},
	gonets.CodeBadEmail:       {"This is not an e-mail address; write it like anna@example.org", "Это не адрес почты; пишите так: anna@example.org"},
	gonets.CodePasswordAlone:  {"There is a password but no login", "Пароль есть, а логина нет"},
	gonets.CodeBadLogin:       {"A login has no spaces or invisible characters", "В логине не бывает пробелов и невидимых знаков"},
	gonets.CodeNoSource:       {"There is no source “{{0}}”; choose another", "Источника «{{0}}» нет; выберите другой"},
	gonets.CodeNoRequest:      {"There is no saved request “{{0}}”; choose another", "Сохранённого запроса «{{0}}» нет; выберите другой"},
	gonets.CodeMailLogin:      {"The mail server did not accept the login or the password", "Почтовый сервер не принял логин или пароль"},
	"invalid.version":         {"There is no version “{{0}}”", "Версии «{{0}}» нет"},
	"login.taken":             {"Somebody else has this login", "Этот логин уже занят"},
	"password.not_text":       {"The password holds characters that are no text", "В пароле есть знаки, которые не являются текстом"},
	"password.too_short":      {"The password is too short: at least {{0|character|characters}}", "Пароль слишком короткий: нужно не меньше {{0|знака|знаков|знаков}}"},
	"password.is_login":       {"The password is the same as the login, choose another", "Пароль совпадает с логином, придумайте другой"},
	"password.not_yours":      {"This is not your present password", "Это не ваш нынешний пароль"},
	"source.preset":           {"There is no preset “{{0}}”", "Готового источника «{{0}}» нет"},
	"source.path":             {"“{{0}}” is not a path; write it like body.order.id", "«{{0}}» — не путь; пишите так: body.order.id"},
	"source.path_root":        {"A path begins with {{0:list}}", "Путь начинается с {{0:list}}"},
	"verify.place":            {"“{{0}}” is not the place of one value", "«{{0}}» — не место одного значения"},
	"verify.place_name":       {"Name the header, the parameter or the field", "Укажите имя заголовка, параметра или поля"},
	"verify.basic":            {"The scheme can only be Basic, in a header", "Схема может быть только Basic и только в заголовке"},
	"verify.choose":           {"Choose how the sender is checked: token, basic, hmac or none", "Выберите, как проверять отправителя: token, basic, hmac или none"},
	"verify.header":           {"Name the header with the signature", "Укажите заголовок с подписью"},
	"verify.brace":            {"The brace { is not closed", "Скобка { не закрыта"},
	"verify.part":             {"{{0}} is not known; there are {body}, {timestamp}, {raw_query}, {method}, {path} and {headers.name}", "{{0}} здесь не знакомо; есть {body}, {timestamp}, {raw_query}, {method}, {path} и {headers.имя}"},
	"verify.covers_nothing":   {"The signed text needs {body} or {raw_query}, or the signature proves nothing", "В подписанном тексте нужно {body} или {raw_query}, иначе подпись ничего не доказывает"},
	"verify.timestamp":        {"{timestamp} in the signed text and the place of the time go together", "{timestamp} в подписанном тексте и место времени указывают вместе"},
	"scenario.newer": {"Version {{0}} of the scenario “{{1}}”, published by {{2}} at {{3}}, is newer than the file: nothing was applied. Compare, take the new version into your file, or replace it on purpose",
		"Версия {{0}} обработки «{{1}}» новее файла: её применил(а) {{2}}, {{3}}. Ничего не применено. Сравните, перенесите новую версию в файл или замените её намеренно"},
	"scenario.newer_draft": {"The draft of the scenario “{{0}}” was changed by {{1}} at {{2}}, and that would be lost: nothing was applied. Publish or drop the draft first, or replace it on purpose",
		"Черновик обработки «{{0}}» изменил(а) {{1}}, {{2}}, и эта правка пропала бы. Ничего не применено. Сначала примените или отмените черновик либо замените его намеренно"},
	"scenario.gone": {"The scenario “{{0}}” was deleted by {{1}} at {{2}}, after the file was exported: nothing was applied. Take it out of the file, or bring it back on purpose",
		"Обработку «{{0}}» удалил(а) {{1}}, {{2}}, уже после выгрузки файла. Ничего не применено. Уберите её из файла или верните намеренно"},
	"source.newer": {"The source “{{0}}” was changed by {{1}} at {{2}}, after the file was exported: nothing was applied. Compare, take the change into your file, or replace it on purpose",
		"Источник «{{0}}» изменил(а) {{1}}, {{2}}, уже после выгрузки файла. Ничего не применено. Сравните, перенесите изменение в файл или замените его намеренно"},
	"source.gone": {"The source “{{0}}” was deleted by {{1}} at {{2}}, after the file was exported: nothing was applied. Take it out of the file, or bring it back on purpose: its address will be a new one",
		"Источник «{{0}}» удалил(а) {{1}}, {{2}}, уже после выгрузки файла. Ничего не применено. Уберите его из файла или верните намеренно: адрес у него будет новый"},
	"request.newer": {"The saved request “{{0}}” was changed by {{1}} at {{2}}, after the file was exported: nothing was applied. Compare, take the change into your file, or replace it on purpose",
		"Сохранённый запрос «{{0}}» изменил(а) {{1}}, {{2}}, уже после выгрузки файла. Ничего не применено. Сравните, перенесите изменение в файл или замените его намеренно"},
	"request.gone": {"The saved request “{{0}}” was deleted by {{1}} at {{2}}, after the file was exported: nothing was applied. Take it out of the file, or bring it back on purpose",
		"Сохранённый запрос «{{0}}» удалил(а) {{1}}, {{2}}, уже после выгрузки файла. Ничего не применено. Уберите его из файла или верните намеренно"},
	"settings.newer": {"The settings were changed by {{0}} at {{1}}, after the file was exported: nothing was applied. Compare, take the change into your file, or replace them on purpose",
		"Настройки изменил(а) {{0}}, {{1}}, уже после выгрузки файла. Ничего не применено. Сравните, перенесите изменение в файл или замените их намеренно"},
	"scenario.only_requests": {"The scenario “{{0}}” has no draft: what changed is a saved request that it sends. Apply it, or change the request back", "У обработки «{{0}}» нет черновика: изменился сохранённый запрос, который она отправляет. Примените изменения или верните запрос как было"},
	"scenario.unpublished":   {"The scenario “{{0}}” was never started, so there is nothing to go back to", "Обработку «{{0}}» ещё не запускали, возвращать нечего"},
	"scenario.no_version":    {"The scenario “{{0}}” was never applied; apply the changes first", "Изменения в обработке «{{0}}» ещё не применяли; сначала примените их"},
	"source.addresses":       {"The source “{{0}}” has {{1|address|addresses}} already; retire one that nobody uses", "У источника «{{0}}» уже {{1|адрес|адреса|адресов}}; уберите тот, которым никто не пользуется"},
	"source.only_address":    {"This is the only address of “{{0}}”; add a second one first", "Это единственный адрес источника «{{0}}»; сначала добавьте второй"},
}

// ofTexts are the mistakes of YAML and JSON.
var ofTexts = map[gonets.Code]Words{
	"document.empty":         {"There is nothing here; begin with apiVersion: {{0}}", "Здесь пусто; начните с apiVersion: {{0}}"},
	"document.not_map":       {"A document begins with apiVersion: {{0}}; here is {{1:term}}", "Документ начинается с apiVersion: {{0}}, а здесь {{1:term}}"},
	"draft.damaged":          {"What the database holds of this scenario is damaged and cannot be shown; restore an earlier version and publish it, or import its file again", "То, что хранится в базе об этой обработке, повреждено, показать её нельзя; верните прежнюю версию и опубликуйте её или снова импортируйте файл"},
	"document.not_object":    {"This is not a JSON object", "Это не объект JSON"},
	"document.api_version":   {"The version “{{0}}” is not known; this server reads {{1}}", "Версия «{{0}}» не знакома; этот сервер читает {{1}}"},
	"document.one_scenario":  {"Here stands one scenario, with its steps", "Здесь должна быть одна обработка с шагами"},
	"document.based_on":      {"“{{0}}” is no version that a file is based on; the export writes it, like 7-0123456789abcdef. Leave the line out when you do not know it", "«{{0}}» — не версия, из которой сделан файл; её пишет экспорт, например 7-0123456789abcdef. Не знаете её — уберите строку"},
	"document.fixed":         {"{{0}} is “{{1}}” here and cannot be changed", "{{0}} здесь всегда «{{1}}», изменить нельзя"},
	"document.type":          {"Here must be {{1:term}}", "Здесь должно быть: {{1:term}}"},
	"document.unit":          {"A time span needs a unit: {{0}}s, {{0}}m or {{0}}h", "Нужна единица времени: {{0}}s (секунды), {{0}}m (минуты) или {{0}}h (часы)"},
	"document.id_path":       {"Here stands a path like body.id, or {id: null}", "Здесь должен быть путь, например body.id, или {id: null}"},
	"document.hole":          {"The list has an empty element here", "Здесь в списке пустое место"},
	"document.row":           {"A row is {name, value, on}; here is {{0:term}}", "Строка — это {name, value, on}, а здесь {{0:term}}"},
	"document.value":         {"This value cannot be read", "Это значение не прочитать"},
	"document.too_many":      {"More than {{0|document|documents}} at once; send them in parts", "Больше {{0|документа|документов|документов}} за раз; отправьте частями"},
	"document.too_large":     {"The text has {{0:size}}, at most {{1:size}} is possible", "Текст занимает {{0:size}}, а можно не больше {{1:size}}"},
	"document.not_utf8":      {"The text is not in UTF-8; save it in UTF-8", "Текст не в кодировке UTF-8; сохраните его в ней"},
	"document.not_json":      {"This is not JSON", "Это не JSON"},
	"document.flat":          {"Here stand names and values, one a line", "Здесь должны быть имена и значения, по одному в строке"},
	"yaml.tab":               {"The line is indented with a tab; use spaces", "Строка сдвинута табуляцией; нужны пробелы"},
	"yaml.template":          {"A template needs quotes: \"{{ … }}\"", "Шаблон берут в кавычки: \"{{ … }}\""},
	"yaml.anchor":            {"There is no value with this mark above", "Выше нет значения с такой меткой"},
	"yaml.unclosed_quote":    {"The quote that opens here is not closed", "Кавычка, открытая здесь, не закрыта"},
	"yaml.needs_quotes":      {"A value that begins with {{0}} needs quotes", "Значение, которое начинается с {{0}}, берут в кавычки"},
	"yaml.unclosed_bracket":  {"The bracket {{0}} is not closed, or something in it needs quotes", "Скобка {{0}} не закрыта, или что-то внутри неё нужно взять в кавычки"},
	"yaml.after_quote":       {"The text goes on after its closing quote; put all of it in quotes", "После закрывающей кавычки идёт ещё текст; возьмите в кавычки его весь"},
	"yaml.colon":             {"A value with a colon needs quotes, or the line is indented wrongly", "Значение с двоеточием берут в кавычки — или у строки неверный отступ"},
	"yaml.indentation":       {"The indentation does not fit the lines above", "Отступ не подходит к строкам выше"},
	"yaml.no_colon":          {"A colon and a space are missing after the key", "После ключа не хватает двоеточия с пробелом"},
	"yaml.syntax":            {"This is not YAML", "Это не YAML"},
	"yaml.control_character": {"The text holds the invisible character {{0}}", "В тексте невидимый знак {{0}}"},
	"yaml.alias_inside":      {"The repetition stands inside of what it repeats", "Повтор стоит внутри того, что он повторяет"},
	"yaml.too_many_aliases":  {"More than {{0|value|values}} are repeated; write them out", "Повторяется больше {{0|значения|значений|значений}}; напишите их целиком"},
	"yaml.key":               {"A key must be text", "Ключ должен быть текстом"},
	"yaml.merge":             {"Merging with << is not supported; write the keys out", "Слияние через << не поддерживается; напишите ключи целиком"},
	"yaml.tag":               {"The mark {{0}} is not supported", "Метка {{0}} не поддерживается"},
}
