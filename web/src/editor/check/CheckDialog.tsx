import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { examplesQuery } from '@/api'
import { useT } from '@/i18n'
import { Button, Checkbox, Dialog, Method } from '@/ui'
import { useEditor } from '../context'
import css from '../editor.module.css'
import { methodOf } from './asked'
import { answered } from './past'
import type { Placed } from '../model/steps'
import { hostOf, titleOf } from '../parts/describe'
import { sampleName } from '../parts/SampleBar'

/** The one question before a check: which requests really leave. */
export function CheckDialog() {
  const t = useT()
  const { check, samples, steps, kinds, sources, name, alone, constants } = useEditor()
  const { asking } = check
  const [really, setReally] = useState<string[]>([])
  const [remember, setRemember] = useState(false)
  const kept = useQuery({ ...examplesQuery(name), enabled: !alone && asking !== undefined && asking.path === undefined }).data?.items
  // The steps behind a step that is only shown read what it was answered earlier.
  const hasReply = ({ first }: Placed) => kept?.some((one) => one.step === first) || answered(first, check)
  useEffect(() => {
    if (asking) setReally(asking.steps.filter((one) => one.send).map((one) => one.placed.path))
    setRemember(false)
  }, [asking])
  if (!asking) return null
  const { picked, events } = samples
  const on = picked && 'event' in picked ? sampleName(picked.event, events, sources, t) : ''
  const httpOf = (path: string) => asking.steps.find((one) => one.placed.path === path)?.http
  const host = (path: string) => hostOf(httpOf(path)?.url ?? '', constants, t)
  const hosts = [...new Set(asking.steps.filter((one) => really.includes(one.placed.path)).map((one) => host(one.placed.path)))]

  if (asking.path !== undefined) {
    const path = asking.path
    return (
      <Dialog
        open
        onClose={check.dismiss}
        title={t(alone ? 'check.request' : 'check.step')}
        size="small"
        actions={
          <>
            {/* What a saved request would send stands on its page all the time. */}
            {alone ? <Button onClick={check.dismiss}>{t('ui.cancel')}</Button> : <Button onClick={() => check.answer([], remember)}>{t('dryRun')}</Button>}
            <Button kind="main" icon="send" onClick={() => check.answer([path], remember)} autoFocus>
              {t('check.sendOne')}
            </Button>
          </>
        }
      >
        <p>{t('check.goesReally', { host: host(path) })}</p>
        <Checkbox label={t(alone ? 'check.dontAskRequest' : 'check.dontAskStep')} checked={remember} onChange={setRemember} />
      </Dialog>
    )
  }
  return (
    <Dialog
      open
      onClose={check.dismiss}
      title={on ? `${t('check.scenario')} · ${on}` : t('check.scenario')}
      actions={
        <>
          <Button onClick={() => check.answer([], remember)}>{t('check.none')}</Button>
          <Button kind="main" icon="send" onClick={() => check.answer(really, remember)} autoFocus>
            {t('check.send')}
          </Button>
        </>
      }
    >
      <ul className={css.checkSteps}>
        {steps.map((placed) => {
          const http = httpOf(placed.path)
          const title = `${placed.number} ${titleOf(placed.step, t, kinds)}`
          const chosen = really.includes(placed.path)
          return (
            <li key={placed.path} style={{ marginLeft: placed.depth * 16 }}>
              {http ? (
                <Checkbox
                  ariaLabel={title}
                  label={
                    <>
                      {placed.number} <Method>{methodOf(http)}</Method> {titleOf(placed.step, t, kinds)}
                    </>
                  }
                  help={chosen ? t('check.sends', { host: host(placed.path) }) : t(hasReply(placed) ? 'check.silentPast' : 'check.silentNone')}
                  checked={chosen}
                  onChange={(next) => setReally(next ? [...really, placed.path] : really.filter((one) => one !== placed.path))}
                />
              ) : (
                <span className={css.checkQuiet}>
                  <span>{title}</span>
                  <span>{t('check.quiet')}</span>
                </span>
              )}
            </li>
          )
        })}
      </ul>
      <p>{hosts.length > 0 ? t('check.ask', { hosts: hosts.join(', ') }) : t('check.askNone')}</p>
      <Checkbox label={t('check.dontAsk')} checked={remember} onChange={setRemember} />
    </Dialog>
  )
}
