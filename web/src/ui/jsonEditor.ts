/** The editor of JSON; loaded when its field is opened. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState } from '@codemirror/state'
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
  /** Puts the cursor at a place, where each line's end counts as one. */
  focus(at: number): void
  /** What describes the field, by its id. */
  describe(by: string | undefined): void
  destroy(): void
}

export function createJson(options: { parent: HTMLElement; text: string; label: string; nonce: string; plain: boolean; onChange: (text: string) => void }): JsonEditor {
  const described = new Compartment()
  const description = (by: string | undefined) => EditorView.contentAttributes.of(by ? { 'aria-describedby': by } : {})
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        // Data that came with the line ends of Windows leave with them.
        options.text.includes('\r\n') ? EditorState.lineSeparator.of('\r\n') : [],
        described.of([]),
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
          if (update.docChanged) options.onChange(update.state.sliceDoc())
        }),
      ],
    }),
  })
  // A part that scrolls has to be reached without a mouse.
  view.scrollDOM.tabIndex = 0
  return {
    text: () => view.state.sliceDoc(),
    setText: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    focus: (at) => {
      view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) } })
      view.focus()
    },
    describe: (by) => view.dispatch({ effects: described.reconfigure(description(by)) }),
    destroy: () => view.destroy(),
  }
}
