// Package form describes the kinds of steps for people: what each does and
// which fields it has, in both languages. The panel of a step is made of it. A
// test keeps it together with the types of a step's document.
package form

import (
	"encoding/json"

	"gonets/api"
)

type (
	// Text is a text for people, in both languages.
	Text = api.Label
	// Kind is one kind of step.
	Kind = api.Kind
	// Variant is a further way to begin a step of a kind.
	Variant = api.Variant
	// Field is one member of a step's document.
	Field = api.Field
	// Choice is one of the values that a field may have.
	Choice = api.Choice
)

// Kinds are all kinds of steps, in the order of the menu.
func Kinds() []Kind {
	kinds := []Kind{httpKind(), requestKind(), ifKind(), setKind(), delayKind(), respondKind(), stopKind(), failKind()}
	for i := range kinds {
		kinds[i].Fields = append(commonFields(), kinds[i].Fields...)
	}
	return kinds
}

// value is a value of a document; what stands in this package always encodes.
func value(v any) json.RawMessage {
	b, _ := json.Marshal(v)
	return b
}

// commonFields are those of every step.
func commonFields() []Field {
	return []Field{
		{Path: "/title", Control: api.ControlText, Tab: "main", Title: text("Название", "Title"),
			Help: text("Как шаг называется в списке и в истории.", "How the step is called in the list and in the history.")},
		{Path: "/id", Control: api.ControlText, Tab: "more", Required: true, Title: text("Короткое имя", "Short name"), Placeholder: "deal",
			Help: text("По нему к шагу обращаются шаблоны и история: латинские буквы, цифры и _. Если его сменить здесь, сделанное не пропадёт: операция, которую продолжат с новой версией, не выполнит шаг заново.",
				"Templates and the history refer to the step by it: Latin letters, digits and _. If you change it here, nothing that was done is lost: a run that is resumed with the new version does not do the step again.")},
		{Path: "/when", Control: api.ControlCondition, Tab: "more", Title: text("Выполнять, если", "Do it if"), Placeholder: "phone != \"\"",
			Help: text("Если условие не выполнено, шаг пропускается и операция идёт дальше. Пусто — выполнять всегда.",
				"If the condition is not true, the step is skipped and the run goes on. Empty: always.")},
	}
}

func text(ru, en string) Text { return Text{Ru: ru, En: en} }

func hint(ru, en string) *Text { return &Text{Ru: ru, En: en} }
