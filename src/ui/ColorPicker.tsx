import type { Locale } from '../texts/locale.ts'
import { classes } from './classes.ts'
import { type TabloColor, tabloColors, toneOf } from './colors.ts'
import { fieldId } from './Field.tsx'

export interface ColorPickerProps {
  locale: Locale
  name: string
  label: string
  value: TabloColor
}

/** The eight colours by name, of which one is chosen. */
export function ColorPicker({ locale, name, label, value }: ColorPickerProps) {
  return (
    <fieldset class="field" id={fieldId(name)}>
      <legend class="field-label mb-1">{label}</legend>
      <div class="colors">
        {tabloColors.map(color => (
          <label class={classes('color', toneOf(color))}>
            <input type="radio" name={name} value={color} checked={color === value} />
            <span class="dot dot-large" />
            {locale.t.ui.colors[color]}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
