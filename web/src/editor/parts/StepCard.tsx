import { useDraggable } from '@dnd-kit/core'
import type { KeyboardEvent } from 'react'
import { shortClock, useT } from '@/i18n'
import { Badge, Icon, IconButton, Menu, Method, Status, toast } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { insert } from '../model/pointer'
import { copyStep, removeStep, walk, type Placed } from '../model/steps'
import { methodOf } from '../check/asked'
import { hostOf, summary, titleOf } from './describe'
import { focusStep, type Dragged } from './useMoves'

interface StepCardProps {
  placed: Placed
  dragged: Dragged | undefined
  shift: (by: 1 | -1) => void
  /** Where nothing can be changed a press leads elsewhere. */
  readOnly?: (() => void) | undefined
}

/** A step as both views of the scenario show it: what it is, how it ended, and what can be done with it. */
export function StepCard({ placed, dragged, shift, readOnly }: StepCardProps) {
  const t = useT()
  const { selected, open, edit, document, closePanel, check, state, kinds, steps, sends, constants } = useEditor()
  const { step, pointer, path, first, number } = placed
  const { setNodeRef, listeners } = useDraggable({ id: pointer })
  const lifted = dragged !== undefined && (pointer === dragged.pointer || pointer.startsWith(`${dragged.pointer}/`))
  const title = titleOf(step, t, kinds)
  const result = check.results[first] ?? check.past[first]
  const problems = state.problems.filter((problem) => problem.pointer.startsWith(`${pointer}/`) && !/\/(then|else)\//.test(problem.pointer.slice(pointer.length)))
  const bad = problems.length > 0
  const http = sends(step)
  const does = http ? hostOf(http.url, constants, t) : summary(step, t)

  const remove = () => {
    const at = selected?.path === path || selected?.path.startsWith(`${path}/`)
    edit((now) => removeStep(now, pointer))
    if (at) closePanel()
    // The cursor goes to the step that stands in its place now.
    const others = steps.filter((one) => one.pointer !== pointer && !one.pointer.startsWith(`${pointer}/`))
    focusStep((others[steps.indexOf(placed)] ?? others[others.length - 1])?.path)
    toast(t('step.deleted', { title }), { undo: () => edit((now) => (walk(now).some((p) => p.step.id === step.id) ? now : insert(now, pointer, step))) })
  }
  const copy = () => {
    const done = copyStep(document, pointer)
    edit(() => done.document)
    const made = walk(done.document).find((p) => p.pointer === done.pointer)
    if (made) open(made.path)
  }
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault()
      shift(event.key === 'ArrowUp' ? -1 : 1)
    }
    if (event.key === 'Delete') remove()
  }
  return (
    <div
      ref={setNodeRef}
      className={css.card}
      data-selected={selected?.path === path || undefined}
      data-state={result?.state}
      data-bad={bad || undefined}
      data-lifted={lifted || undefined}
    >
      {!readOnly && (
        <span className={css.grip} {...listeners} aria-hidden title={t('step.drag')}>
          <Icon name="drag" size={16} />
        </span>
      )}
      <button type="button" className={css.cardButton} data-step={path} onClick={readOnly ?? (() => open(path))} onKeyDown={readOnly ? undefined : press} aria-current={selected?.path === path || undefined} aria-keyshortcuts={readOnly ? undefined : 'Alt+ArrowUp Alt+ArrowDown Delete'}>
        <span className={css.cardTitle}>
          <span className={css.number}>{number}</span>
          <span className={css.cardName} title={title}>
            {title}
          </span>
        </span>
        <span className={css.cardLine}>
          {http ? <Method>{methodOf(http)}</Method> : null}
          <span className={css.cardMore} title={step.set ? undefined : does}>
            {bad && <span className={css.cardBad}>{t(problems.every((problem) => problem.code === 'missing') ? 'step.incomplete' : 'step.mistaken')} · </span>}
            {step.set ? <span translate="no" title={does}>{does}</span> : does}
          </span>
          <Result first={first} />
        </span>
      </button>
      {!readOnly && (
        <span className={css.cardEnd}>
          <Menu
            items={[
              { label: t('step.copy'), icon: 'copy', onClick: copy },
              { label: t('step.up'), icon: 'up', onClick: () => shift(-1), hint: 'Alt+↑' },
              { label: t('step.down'), icon: 'down', onClick: () => shift(1), hint: 'Alt+↓' },
              'line',
              { label: t('step.delete'), icon: 'trash', danger: true, onClick: remove, hint: 'Del' },
            ]}
          >
            <IconButton icon="dots" size="small" label={t('step.actions', { title })} tip={false} />
          </Menu>
        </span>
      )}
    </div>
  )
}

function Result({ first }: { first: string }) {
  const t = useT()
  const { check } = useEditor()
  const result = check.results[first] ?? check.past[first]
  if (!result) return null
  const status = result.attempt?.response?.status
  if (result.state === 'running') return <Badge tone="info" icon="play">{t('check.running')}</Badge>
  if (result.state === 'skipped') return <Badge tone="muted" icon="skip">{t('check.skipped')}</Badge>
  if (result.state === 'shown') return <Badge tone="muted" icon="eye">{t('check.shownShort')}</Badge>
  const ok = result.state === 'done'
  // A status that the step does not take for a success is a failure, whatever its number.
  if (status) return <span title={result.at ? t('check.at', { time: shortClock(result.at) }) : undefined}>{ok ? <Status code={status}>{`✓ ${status}`}</Status> : <Badge tone="error" icon="close">{String(status)}</Badge>}</span>
  return result.state === 'done' ? <Badge tone="ok" icon="check">{''}</Badge> : <Badge tone="error" icon="close">{''}</Badge>
}
