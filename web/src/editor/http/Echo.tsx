import { useT, type Key } from '@/i18n'
import { Select } from '@/ui'
import { useStep } from '../context'
import css from '../editor.module.css'
import type { HttpStep, Row } from '../model/document'

const scripts: readonly [string, Key][] = [
  ['500,500,200', 'echo.500'],
  ['503 for 10m', 'echo.503'],
  ['cut,200', 'echo.cut'],
  ['429:30,200', 'echo.429'],
  ['delay:20s', 'echo.delay'],
]

/** How the test receiver answers this step: a script in its address, chosen in words. */
export function EchoScript() {
  const t = useT()
  const { read, put } = useStep()
  const rows = read<HttpStep>('/http')?.query ?? []
  const row = rows.find((one) => one.name === 'script' && one.on !== false)
  const now = typeof row?.value === 'string' ? row.value : ''
  const choose = (script: string) => {
    const others = rows.filter((one) => one !== row)
    const next: Row[] = script === '' ? others : [...others, { name: 'script', value: script }]
    put('/http/query', next.length > 0 ? next : undefined)
  }
  const own = now !== '' && !scripts.some(([script]) => script === now)
  return (
    <div className={css.line}>
      <Select
        label={t('echo.answers')}
        value={now}
        onChange={choose}
        width={340}
        options={[{ value: '', label: t('echo.usual') }, ...scripts.map(([value, key]) => ({ value, label: t(key) })), ...(own ? [{ value: now, label: t('echo.own', { script: now }) }] : [])]}
      />
    </div>
  )
}
