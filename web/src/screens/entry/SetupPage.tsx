import { Page } from '@/ui'

export default function SetupPage() {
  return <Page title="SetupPage">{null}</Page>
}
