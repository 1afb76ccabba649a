/** The editor of JSON; loaded when its field is opened. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, class: 'g-code-name' },
  { tag: tags.string, class: 'g-code-string' },
  { tag: [tags.number, tags.bool, tags.null], class: 'g-code-value' },
])

export interface JsonEditor {
  text(): string
  setText(text: string): void
  destroy(): void
}

export function createJson(options: { parent: HTMLElement; text: string; label: string; nonce: string; plain: boolean; onChange: (text: string) => void }): JsonEditor {
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        EditorView.cspNonce.of(options.nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        EditorView.lineWrapping,
        options.plain ? [] : json(),
        syntaxHighlighting(highlight),
        EditorView.contentAttributes.of({ 'aria-label': options.label, role: 'textbox', 'aria-multiline': 'true' }),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString())
        }),
      ],
    }),
  })
  // A part that scrolls has to be reached without a mouse.
  view.scrollDOM.tabIndex = 0
  return {
    text: () => view.state.doc.toString(),
    setText: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    destroy: () => view.destroy(),
  }
}
