import { useState } from 'react'
import type { KindField } from '@/api'
import { useT, type Key } from '@/i18n'
import { Tabs } from '@/ui'
import { useEditor, useStep } from '../context'
import css from '../editor.module.css'
import { OnFailure } from '../http/Retry'
import { kindOf } from '../model/document'
import { Field } from './Field'
import { OwnMethod, RequestFields } from './RequestFields'
import { useFocusTab } from './useFocusTab'

const tabKeys: Record<string, Key> = {
  main: 'tab.main',
  query: 'query',
  headers: 'headers',
  body: 'body',
  auth: 'auth',
  response: 'tab.response',
  more: 'tab.more',
}
export const tabTitle = (tab: string, t: (key: Key) => string): string => {
  const key = Object.hasOwn(tabKeys, tab) ? tabKeys[tab] : undefined
  return key ? t(key) : tab
}

// The head of the panel has the name; the answer's body and a saved request draw their own fields.
const byHand = new Set(['/title', '/id', '/respond/json', '/respond/text', '/request', '/with', '/method', '/on_failure'])

/** The fields of any kind of step, tab by tab. */
export function GenericPanel() {
  const t = useT()
  const { kinds } = useEditor()
  const { placed, at } = useStep()
  const kind = kinds.find((one) => one.kind === kindOf(placed.step))
  const all = kind?.fields ?? []
  const fields = all.filter((field) => field.control !== 'steps' && !byHand.has(field.path))
  // What the step is about comes first, what is seldom needed last.
  const rank = (tab: string) => (tab === 'main' ? 0 : tab === 'more' ? 2 : 1)
  const tabs = [...new Set<string>(['main', ...fields.map((field) => field.tab)])].sort((a, b) => rank(a) - rank(b))
  const [tab, setTab] = useState<string>(tabs[0] ?? 'main')
  useFocusTab(placed.pointer, all, setTab)
  const list = (name: string) => (
    <div className={css.fields}>
      {name === 'main' && placed.step.request !== undefined && <RequestFields />}
      {name === 'more' && placed.step.request !== undefined && <OwnMethod />}
      {fields
        .filter((field) => field.tab === name)
        .map((field: KindField) => (
          <Field key={field.path} field={field} />
        ))}
      {name === 'more' && placed.step.request !== undefined && (
        <div data-pointer={at('/on_failure')}>
          <OnFailure place="/on_failure" />
        </div>
      )}
    </div>
  )
  if (tabs.length <= 1) return list(tabs[0] ?? 'main')
  return <Tabs value={tabs.includes(tab) ? tab : (tabs[0] ?? 'main')} onChange={setTab} ariaLabel={t('step.tabs')} tabs={tabs.map((name) => ({ value: name, label: tabTitle(name, t), content: list(name) }))} />
}
