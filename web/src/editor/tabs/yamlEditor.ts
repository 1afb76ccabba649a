/** The YAML editor; loaded when its tab is opened. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { searchKeymap } from '@codemirror/search'
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state'
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, type DecorationSet } from '@codemirror/view'
import { tags } from '@lezer/highlight'

export interface YamlEditor {
  text(): string
  setText(text: string): void
  /** Marks a line as wrong and goes there; both count from 1. */
  mark(line: number, column: number): void
  destroy(): void
}

interface Options {
  parent: HTMLElement
  text: string
  label: string
  nonce: string
  onChange: () => void
  onSave: () => void
}

const outside = Annotation.define<boolean>()
const setMark = StateEffect.define<number | undefined>()
const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, tr) {
    for (const e of tr.effects) {
      if (e.is(setMark)) return e.value === undefined ? Decoration.none : Decoration.set([Decoration.line({ class: 'g-yaml-bad' }).range(e.value)])
    }
    return tr.docChanged ? Decoration.none : value
  },
  provide: (field) => EditorView.decorations.from(field),
})

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: 'g-code-name' },
  { tag: tags.string, class: 'g-code-string' },
  { tag: [tags.number, tags.bool, tags.null], class: 'g-code-value' },
  { tag: tags.comment, class: 'g-code-comment' },
])

export function createYaml({ parent, text, label, nonce, onChange, onSave }: Options): YamlEditor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        yaml(),
        syntaxHighlighting(highlight),
        marks,
        EditorView.contentAttributes.of({ 'aria-label': label, role: 'textbox', 'aria-multiline': 'true' }),
        keymap.of([{ key: 'Mod-s', preventDefault: true, run: () => (onSave(), true) }, ...defaultKeymap, ...historyKeymap, ...searchKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((tr) => tr.annotation(outside))) onChange()
        }),
      ],
    }),
  })
  // A part that scrolls has to be reached without a mouse.
  view.scrollDOM.tabIndex = 0
  return {
    text: () => view.state.doc.toString(),
    setText: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, annotations: outside.of(true) }),
    mark(line, column) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines))
      view.dispatch({ effects: [setMark.of(at.from), EditorView.scrollIntoView(at.from, { y: 'center' })], selection: { anchor: Math.min(at.from + column - 1, at.to) } })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}
