import type { Locale } from '../texts/locale.ts'
import { Badge } from '../ui/Badge.tsx'
import { tabloColors } from '../ui/colors.ts'
import { Icon, type IconName } from '../ui/Icon.tsx'
import { iconPaths } from '../ui/icon-paths.ts'
import { Beside, Shelf } from './Shelf.tsx'

const TONES = [
  ['text', 'text-text'],
  ['muted', 'text-muted'],
  ['accent', 'text-accent'],
  ['danger', 'text-danger'],
  ['ok', 'text-ok'],
  ['warn', 'text-warn'],
] as const

const SURFACES = ['bg-bg', 'bg-surface', 'bg-sunken']

/** Every text colour on every surface, and the eight colours of Tablos. */
export function Colors({ locale }: { locale: Locale }) {
  const { demo, ui } = locale.t
  return (
    <Shelf title={demo.sections.colors}>
      <div class="grid gap-3 sm:grid-cols-3">
        {SURFACES.map(surface => (
          <ul class={`rounded-panel border border-line p-4 ${surface}`}>
            {TONES.map(([name, look]) => (
              <li class={look}>{demo.tones[name]}</li>
            ))}
          </ul>
        ))}
      </div>
      <Beside>
        {tabloColors.map(color => (
          <Badge color={color}>{ui.colors[color]}</Badge>
        ))}
      </Beside>
    </Shelf>
  )
}

/** The six sizes of text. */
export function Type({ locale }: { locale: Locale }) {
  const { sections, sizes } = locale.t.demo
  return (
    <Shelf title={sections.type}>
      <div class="grid gap-2">
        <p class="text-display font-bold leading-tight">{sizes.display}</p>
        <p class="text-title font-bold leading-tight">{sizes.title}</p>
        <p class="text-section font-bold leading-tight">{sizes.section}</p>
        <p class="text-body">{sizes.body}</p>
        <p class="text-label font-medium">{sizes.label}</p>
        <p class="text-meta text-muted">{sizes.meta}</p>
      </div>
    </Shelf>
  )
}

/** Every icon that the product may use. */
export function Icons({ locale }: { locale: Locale }) {
  return (
    <Shelf title={locale.t.demo.sections.icons}>
      <div class="flex flex-wrap gap-4 text-muted">
        {(Object.keys(iconPaths) as IconName[]).map(name => (
          <Icon name={name} size={20} />
        ))}
      </div>
    </Shelf>
  )
}
