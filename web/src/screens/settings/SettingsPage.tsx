import { Page } from '@/ui'

export default function SettingsPage() {
  return <Page title="SettingsPage">{null}</Page>
}
