/**
 * The text field with pills. The text holds {{ … }} as it stands; what is drawn in its place is
 * only a picture, so copying, searching and the keyboard work on the text itself.
 */
import {
  acceptCompletion, autocompletion, closeCompletion, completionStatus, startCompletion,
  type Completion, type CompletionContext, type CompletionResult,
} from '@codemirror/autocomplete'
import { defaultKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Annotation, Compartment, EditorState, Prec, RangeSet, StateEffect, StateField, type Extension, type Range } from '@codemirror/state'
import {
  Decoration, drawSelection, EditorView, hoverTooltip, keymap, placeholder as placeholderText, showTooltip, tooltips, WidgetType,
  type DecorationSet, type Tooltip, type TooltipView,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { build, parse, replacePiece, wraps, type VariablePiece } from './template'
import { firstName, groupName, pillOf, search, type Group, type Pill, type Variable, type Words } from './variables'

/** The texts that the field shows by itself. */
export interface FieldWords extends Words {
  unknown: string
  noSecret: string
  empty: string
  secret: string
  formula: string
  ifEmpty: string
  required: string
  requiredHelp: string
  strict: string
  asIs: string
  treat: string
  call(name: string): string
  type(name: string): string
  reserved(name: string, path: string): string
  configure: string
  usual: string
  remove: string
}

export interface Scope {
  variables: readonly Variable[] | undefined
  /** By the scenario's settings a step is not done without a variable that it reads. */
  strict?: boolean
  words: FieldWords
}

export interface FieldOptions {
  parent: HTMLElement
  text: string
  label: string
  describedBy?: string | undefined
  multiline: boolean
  /** A single line that is broken where it does not fit. */
  wrap?: boolean | undefined
  language?: 'json' | undefined
  placeholder?: string | undefined
  nonce: string
  scope: Scope
  readOnly?: boolean | undefined
  onChange(text: string): void
  onFocus?(focused: boolean): void
  onEnter?(): void
}

export interface Field {
  view: EditorView
  setText(text: string): void
  setScope(scope: Scope): void
  setLabel(label: string, describedBy?: string): void
  /** Begins a variable at the cursor: the list of variables opens. */
  pick(): void
  focus(at?: 'start' | 'end'): void
  destroy(): void
}

const outside = Annotation.define<boolean>()
const setScope = StateEffect.define<Scope>()

function pills(initial: Scope) {
  const scope = StateField.define<Scope>({
    create: () => initial,
    update: (value, tr) => tr.effects.reduce((now, e) => (e.is(setScope) ? e.value : now), value),
  })
  const pieces = StateField.define<readonly VariablePiece[]>({
    create: (state) => variablesIn(state.doc.toString()),
    update: (value, tr) => (tr.docChanged ? variablesIn(tr.state.doc.toString()) : value),
  })
  const drawn = StateField.define<DecorationSet>({
    create: (state) => draw(state.field(pieces), state.field(scope)),
    update: (value, tr) =>
      tr.docChanged || tr.effects.some((e) => e.is(setScope)) ? draw(tr.state.field(pieces), tr.state.field(scope)) : value,
    provide: (field) => [EditorView.decorations.from(field), EditorView.atomicRanges.of((view) => view.state.field(field, false) ?? RangeSet.empty)],
  })
  return { scope, pieces, drawn, extension: [scope, pieces, drawn] as Extension }
}

function variablesIn(text: string): VariablePiece[] {
  return parse(text).filter((piece): piece is VariablePiece => piece.is === 'variable')
}

function draw(pieces: readonly VariablePiece[], scope: Scope): DecorationSet {
  const ranges: Range<Decoration>[] = pieces.map((piece) =>
    Decoration.replace({ widget: new PillWidget(pillOf(piece, scope.variables, scope.words), scope.words) }).range(piece.from, piece.to),
  )
  return Decoration.set(ranges)
}

class PillWidget extends WidgetType {
  readonly pill: Pill
  readonly words: FieldWords
  constructor(pill: Pill, words: FieldWords) {
    super()
    this.pill = pill
    this.words = words
  }
  override eq(other: PillWidget): boolean {
    const key = (p: Pill) => `${p.label}|${p.look}|${p.call}|${p.fallback}|${p.required}|${p.variable?.value}`
    return key(this.pill) === key(other.pill)
  }
  override toDOM(): HTMLElement {
    const { pill, words } = this
    const dom = document.createElement('span')
    dom.className = `g-pill g-pill-${pill.look}`
    const label = document.createElement('span')
    label.textContent = pill.label
    dom.append(label)
    const mark = pill.look === 'secret' ? '••••' : pill.look === 'formula' ? 'ƒ' : ''
    if (mark) dom.append(part('g-pill-mark', mark))
    if (pill.call) dom.append(part('g-pill-mark', `→ ${words.call(pill.call)}`))
    if (pill.fallback !== undefined) dom.append(part('g-pill-mark', `?? ${pill.fallback === '' ? '""' : pill.fallback}`))
    if (pill.required) {
      const star = part('g-pill-mark', '*')
      star.setAttribute('aria-hidden', 'true')
      dom.append(star, part('visually-hidden', ` (${words.required})`))
    }
    const note = pill.look === 'unknown' ? unknown(pill, words) : pill.look === 'empty' ? words.empty : pill.look === 'secret' ? words.secret : ''
    if (note) dom.append(part('visually-hidden', ` (${note})`))
    return dom
  }
  override ignoreEvent(): boolean {
    return false
  }
}

const unknown = (pill: Pill, words: FieldWords): string => (pill.noSecret ? words.noSecret : words.unknown)

function part(className: string, text: string): HTMLElement {
  const dom = document.createElement('span')
  dom.className = className
  dom.textContent = text
  return dom
}

// ── what a pill says of itself ───────────────────────────────────────────

/** The card under a pill: what it is, its value, what stands there when it is empty, what becomes of it. */
function card(view: EditorView, piece: VariablePiece, scope: Scope, editable: boolean): HTMLElement {
  const { words } = scope
  const pill = pillOf(piece, scope.variables, words)
  const dom = document.createElement('div')
  dom.className = 'g-pill-card'
  dom.append(part('g-pill-card-title', pill.label))
  dom.append(part('g-pill-card-path', piece.expression))
  const { variable } = pill
  if (variable && !variable.secret && !variable.usual) {
    const value = part('g-pill-card-value', variable.empty ? `— ${words.empty}` : variable.value)
    value.append(part('g-pill-card-type', words.type(variable.type)))
    dom.append(value)
  } else if (variable?.usual) dom.append(part('g-pill-card-note', words.usual))
  else if (pill.look === 'secret') dom.append(part('g-pill-card-note', `•••• ${words.secret}`))
  else if (pill.look === 'unknown') dom.append(part('g-pill-card-note g-pill-card-bad', unknown(pill, words)))
  else if (pill.look === 'formula') dom.append(part('g-pill-card-note', words.formula))
  if (pill.required) dom.append(part('g-pill-card-note', words.requiredHelp))
  else if (scope.strict && pill.fallback === undefined && piece.path !== undefined) dom.append(part('g-pill-card-note', words.strict))
  if (!editable) return dom
  if (piece.path === undefined) return dom
  dom.append(fallbackField(view, piece, words), requiredField(view, piece, words), callField(view, piece, words))
  return dom
}

function change(view: EditorView, piece: VariablePiece, what: Partial<{ fallback: string | undefined; call: string | undefined; required: boolean }>): void {
  const text = view.state.doc.toString()
  if (text.slice(piece.from, piece.to) !== piece.text) return
  const next = replacePiece(text, piece, what)
  view.dispatch({ changes: { from: piece.from, to: piece.to, insert: next.slice(piece.from, next.length - (text.length - piece.to)) } })
}

function fallbackField(view: EditorView, piece: VariablePiece, words: FieldWords): HTMLElement {
  const line = document.createElement('label')
  line.className = 'g-pill-card-line'
  line.append(part('', words.ifEmpty))
  const input = document.createElement('input')
  input.value = piece.fallback ?? ''
  input.addEventListener('change', () => change(view, piece, { fallback: input.value === '' ? undefined : input.value, required: false }))
  input.addEventListener('keydown', (event) => {
    event.stopPropagation()
    if (event.key === 'Enter') {
      // The key must not be typed into the field that gets the cursor.
      event.preventDefault()
      input.blur()
      view.focus()
    }
    if (event.key === 'Escape') view.focus()
  })
  line.append(input)
  return line
}

function requiredField(view: EditorView, piece: VariablePiece, words: FieldWords): HTMLElement {
  const line = document.createElement('label')
  line.className = 'g-pill-card-line'
  line.append(part('', words.required))
  const box = document.createElement('input')
  box.type = 'checkbox'
  box.checked = piece.required
  box.title = words.requiredHelp
  box.addEventListener('change', () => {
    change(view, piece, { required: box.checked, fallback: undefined })
    view.focus()
  })
  line.append(box)
  return line
}

function callField(view: EditorView, piece: VariablePiece, words: FieldWords): HTMLElement {
  const line = document.createElement('label')
  line.className = 'g-pill-card-line'
  line.append(part('', words.treat))
  const select = document.createElement('select')
  for (const name of ['', ...wraps]) {
    const option = document.createElement('option')
    option.value = name
    option.textContent = name === '' ? words.asIs : words.call(name)
    option.selected = (piece.call ?? '') === name
    select.append(option)
  }
  select.addEventListener('change', () => {
    change(view, piece, { call: select.value || undefined })
    view.focus()
  })
  line.append(select)
  return line
}

/** The card for settings: it follows what is known of the variable, but never while somebody is in it. */
function livingCard(view: EditorView, piece: VariablePiece, scope: () => Scope): TooltipView {
  let shown = scope()
  const dom = card(view, piece, shown, true)
  return {
    dom,
    update() {
      if (scope() === shown || dom.contains(dom.ownerDocument.activeElement)) return
      shown = scope()
      dom.replaceChildren(...card(view, piece, shown, true).children)
    },
  }
}

/** The pill that is open for settings, by the place where it begins. */
const openCard = StateEffect.define<number | undefined>()

function cards(field: ReturnType<typeof pills>): Extension {
  const open = StateField.define<number | undefined>({
    create: () => undefined,
    update(value, tr) {
      for (const e of tr.effects) if (e.is(openCard)) return e.value
      if (value === undefined || !tr.docChanged) return value
      const moved = tr.changes.mapPos(value, -1)
      return tr.state.field(field.pieces).some((piece) => piece.from === moved) ? moved : undefined
    },
    provide: (self) =>
      // Not by the scope: a preview that comes back must not take away what is being typed into the card.
      showTooltip.compute([self, field.pieces], (state): Tooltip | null => {
        const at = state.field(self)
        const piece = state.field(field.pieces).find((p) => p.from === at)
        if (!piece) return null
        return { pos: piece.from, end: piece.to, above: false, create: (view) => livingCard(view, piece, () => view.state.field(field.scope)) }
      }),
  })
  const near = (state: EditorState): VariablePiece | undefined => {
    const { head } = state.selection.main
    return state.field(field.pieces).find((p) => p.to === head) ?? state.field(field.pieces).find((p) => p.from === head)
  }
  return [
    open,
    hoverTooltip(
      (view, pos) => {
        if (view.state.field(open) !== undefined) return null
        const piece = view.state.field(field.pieces).find((p) => p.from <= pos && pos <= p.to)
        if (!piece) return null
        return { pos: piece.from, end: piece.to, above: false, create: () => ({ dom: card(view, piece, view.state.field(field.scope), false) }) }
      },
      // The card for settings says the same and more.
      { hoverTime: 300, hideOn: (tr) => tr.effects.some((e) => e.is(openCard)) },
    ),
    EditorView.domEventHandlers({
      click(event, view) {
        const target = event.target as HTMLElement
        const pill = target.closest('.g-pill')
        if (!pill) {
          if (view.state.field(open) !== undefined) view.dispatch({ effects: openCard.of(undefined) })
          return false
        }
        const at = view.posAtDOM(pill)
        view.dispatch({ effects: openCard.of(view.state.field(open) === at ? undefined : at) })
        return true
      },
      blur(event, view) {
        const to = event.relatedTarget as HTMLElement | null
        if (!to?.closest('.g-pill-card') && view.state.field(open) !== undefined) {
          queueMicrotask(() => view.dispatch({ effects: openCard.of(undefined) }))
        }
      },
    }),
    Prec.high(
      keymap.of([
        {
          key: 'Alt-Enter',
          run(view) {
            const piece = near(view.state)
            if (!piece) return false
            view.dispatch({ effects: openCard.of(piece.from) })
            requestAnimationFrame(() => view.dom.ownerDocument.querySelector<HTMLElement>('.g-pill-card input')?.focus())
            return true
          },
        },
        {
          key: 'Escape',
          run(view) {
            if (view.state.field(open) === undefined) return false
            view.dispatch({ effects: openCard.of(undefined) })
            return true
          },
        },
      ]),
    ),
  ]
}

// ── the list of variables ────────────────────────────────────────────────

interface Offered extends Completion {
  variable: Variable
}

function variableList(field: ReturnType<typeof pills>, language: 'json' | undefined): Extension {
  // In a JSON text a single brace is JSON's own.
  const begun = language === 'json' ? /\{\{[^{}\n]*$/ : /\{{1,2}[^{}\n]*$/
  const source = (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos)
    const before = context.state.sliceDoc(line.from, context.pos)
    const scope = context.state.field(field.scope)
    const last = [...context.state.field(field.pieces)].reverse().find((p) => p.to <= context.pos)
    const start = Math.max(0, (last?.to ?? 0) - line.from)
    const found = begun.exec(before.slice(start))
    if (!found && !context.explicit) return null
    const from = found ? line.from + start + found.index : context.pos
    const typed = found ? found[0].replace(/^\{+\s*/, '') : ''
    const { words } = scope
    const options: Offered[] = search(typed, scope.variables ?? [], words)
      .slice(0, 200)
      .map(({ variable, name }, rank) => ({
        label: name,
        variable,
        type: variable.group,
        section: { name: groupName(variable, words), rank: sectionRank(variable) },
        boost: -Math.min(rank, 99),
        apply: (view: EditorView, _: Completion, at: number, to: number) => put(view, variable, at, to),
      }))
    if (options.length === 0) return null
    return { from, to: context.pos, options, filter: false }
  }
  return [
    autocompletion({
      override: [source],
      icons: false,
      maxRenderedOptions: 200,
      activateOnTyping: true,
      activateOnTypingDelay: 0,
      selectOnOpen: true,
      interactionDelay: 0,
      optionClass: () => 'g-offer',
      addToOptions: [{ render: (completion, state) => offer(completion as Offered, state.field(field.scope).words), position: 60 }],
    }),
    Prec.highest(keymap.of([{ key: 'Tab', run: (view) => completionStatus(view.state) === 'active' && acceptCompletion(view) }])),
  ]
}

const ranks: Record<Group, number> = { source: 0, step: 1, params: 2, vars: 3, system: 4, secret: 5 }
const sectionRank = (variable: Variable): number => ranks[variable.group]

/** The same variables by name, whatever their values. */
const sameNames = (one: readonly Variable[] = [], other: readonly Variable[] = []): boolean => one.length === other.length && one.every((variable, i) => variable.path === other[i]!.path)

/** Who types quickly presses Enter before the list has followed: what it then shows is what was meant. */
function enter(view: EditorView, otherwise: () => void, frames = 20): void {
  if (completionStatus(view.state) === 'pending' && frames > 0) requestAnimationFrame(() => enter(view, otherwise, frames - 1))
  else if (!acceptCompletion(view)) otherwise()
}

function offer(completion: Offered, words: FieldWords): HTMLElement {
  const { variable } = completion
  const dom = document.createElement('span')
  dom.className = 'g-offer-value'
  const shown = variable.secret ? '••••' : variable.usual ? words.usual : variable.empty ? '—' : variable.value
  dom.textContent = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
  if (variable.reserved) {
    const note = part('g-offer-note', words.reserved(firstName(variable.path), variable.path))
    const both = document.createElement('span')
    both.className = 'g-offer-value'
    both.append(dom, note)
    return both
  }
  return dom
}

function put(view: EditorView, variable: Variable, from: number, to: number): void {
  const insert = build({ path: variable.path })
  const after = view.state.sliceDoc(to, to + 3)
  const closing = /^\s?\}{1,2}/.exec(after)?.[0] ?? ''
  const selected = view.state.selection.main
  view.dispatch({
    changes: { from: Math.min(from, selected.from), to: to + closing.length, insert },
    selection: { anchor: from + insert.length },
    userEvent: 'input.complete',
    scrollIntoView: true,
  })
}

// ── putting it together ──────────────────────────────────────────────────

const singleLine = EditorState.transactionFilter.of((tr) => {
  if (!tr.docChanged || tr.newDoc.lines === 1) return tr
  const text = tr.newDoc.toString().replace(/\s*\n\s*/g, ' ')
  return {
    changes: { from: 0, to: tr.startState.doc.length, insert: text },
    selection: { anchor: Math.min(tr.newSelection.main.head, text.length) },
    userEvent: 'input.paste',
  }
})

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, class: 'g-code-name' },
  { tag: tags.string, class: 'g-code-string' },
  { tag: [tags.number, tags.bool, tags.null], class: 'g-code-value' },
])

export function createField(options: FieldOptions): Field {
  const field = pills(options.scope)
  const attributes = new Compartment()
  const labelled = (label: string, describedBy?: string): Extension =>
    EditorView.contentAttributes.of({
      role: 'textbox',
      'aria-label': label,
      'aria-multiline': String(options.multiline),
      ...(describedBy ? { 'aria-describedby': describedBy } : {}),
      spellcheck: 'false',
      autocapitalize: 'off',
    })
  const extensions: Extension[] = [
    EditorView.cspNonce.of(options.nonce),
    field.extension,
    cards(field),
    variableList(field, options.language),
    attributes.of(labelled(options.label, options.describedBy)),
    drawSelection(),
    // Cards and lists keep off the edges of a narrow window.
    tooltips({ position: 'fixed', parent: document.body, tooltipSpace: () => ({ top: 0, left: 8, bottom: innerHeight, right: innerWidth - 8 }) }),
    keymap.of([
      ...(options.multiline ? [] : [{ key: 'Enter', run: (view: EditorView) => (enter(view, () => options.onEnter?.()), true) }]),
      { key: 'Ctrl-Space', run: startCompletion },
      ...defaultKeymap.filter((binding) => !['Mod-Enter', 'Mod-/', 'Alt-ArrowUp', 'Alt-ArrowDown', 'Mod-Alt-\\'].includes(binding.key ?? '')),
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((tr) => tr.annotation(outside))) options.onChange(update.state.doc.toString())
    }),
    // An update tells of it only a moment later, when the cursor may be gone again.
    EditorView.domEventHandlers({ focus: () => options.onFocus?.(true), blur: () => options.onFocus?.(false) }),
    EditorView.theme({}, { dark: false }),
  ]
  if (options.placeholder) extensions.push(placeholderText(options.placeholder))
  if (options.multiline) extensions.push(EditorView.lineWrapping)
  else extensions.push(singleLine, ...(options.wrap ? [EditorView.lineWrapping] : []))
  if (options.language === 'json') extensions.push(json(), bracketMatching(), syntaxHighlighting(highlight))
  if (options.readOnly) extensions.push(EditorState.readOnly.of(true), EditorView.editable.of(false))
  const view = new EditorView({ parent: options.parent, state: EditorState.create({ doc: options.text, extensions }) })
  return {
    view,
    setText(text) {
      const now = view.state.doc.toString()
      if (now === text) return
      // Only what differs is put in, so that the cursor stays where it was: variables whole, or it
      // would come to stand within one.
      const cuts = (text: string) => {
        const pieces = variablesIn(text)
        return (at: number) => pieces.some((one) => one.from < at && at < one.to)
      }
      const [old, next] = [cuts(now), cuts(text)]
      let from = 0
      while (from < now.length && from < text.length && now[from] === text[from]) from++
      while (old(from) || next(from)) from--
      let tail = 0
      while (tail < now.length - from && tail < text.length - from && now[now.length - 1 - tail] === text[text.length - 1 - tail]) tail++
      while (old(now.length - tail) || next(text.length - tail)) tail--
      view.dispatch({ changes: { from, to: now.length - tail, insert: text.slice(from, text.length - tail) }, annotations: outside.of(true) })
    },
    setScope(scope) {
      const offered = view.state.field(field.scope).variables
      view.dispatch({ effects: setScope.of(scope) })
      // A list that is open follows when others can be chosen; their values alone do not move the choice.
      if (completionStatus(view.state) && !sameNames(offered, scope.variables)) startCompletion(view)
    },
    setLabel: (label, describedBy) => view.dispatch({ effects: attributes.reconfigure(labelled(label, describedBy)) }),
    pick() {
      view.focus()
      const { from, to } = view.state.selection.main
      view.dispatch({ changes: { from, to, insert: options.language === 'json' ? '{{' : '{' }, selection: { anchor: from + (options.language === 'json' ? 2 : 1) }, userEvent: 'input.type' })
      startCompletion(view)
    },
    focus(at) {
      view.focus()
      if (at) view.dispatch({ selection: { anchor: at === 'end' ? view.state.doc.length : 0 } })
    },
    destroy() {
      closeCompletion(view)
      view.destroy()
    },
  }
}
