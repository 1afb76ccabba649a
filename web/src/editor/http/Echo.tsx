import { useT } from '@/i18n'
import { Button, Select } from '@/ui'
import { echoName, echoScripts } from '@/words/echo'
import { useStep } from '../context'
import css from '../editor.module.css'
import type { HttpStep, Row } from '../model/document'

/** How the test receiver answers this step: a script in its address, chosen in words. */
export function EchoScript() {
  const t = useT()
  const { read, put } = useStep()
  const http = read<HttpStep>('/http')
  const rows = http?.query ?? []
  const row = rows.find((one) => one.name === 'script' && one.on !== false)
  const now = typeof row?.value === 'string' ? row.value : ''
  const choose = (script: string) => {
    const others = rows.filter((one) => one !== row)
    const next: Row[] = script === '' ? others : [...others, { name: 'script', value: script }]
    put('/http/query', next.length > 0 ? next : undefined)
  }
  const own = now !== '' && !echoScripts.some(([script]) => script === now)
  return (
    <div className={css.line}>
      <span className={css.muted} aria-hidden>
        {t('echo.answers')}:
      </span>
      <Select
        ariaLabel={t('echo.answers')}
        size="small"
        value={now}
        onChange={choose}
        width={340}
        options={[{ value: '', label: t('echo.usual') }, ...echoScripts.map(([value, key]) => ({ value, label: t(key) })), ...(own ? [{ value: now, label: t('echo.own', { script: now }) }] : [])]}
      />
      <Button size="small" kind="quiet" to="/receiver" search={{ address: echoName(http?.url ?? '') }}>
        {t('echo.toReceiver')}
      </Button>
    </div>
  )
}
