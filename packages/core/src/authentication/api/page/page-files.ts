import css from '../../../../dist/authentication-page/page.css?raw'
import html from '../../../../dist/authentication-page/page.html?raw'
import script from '../../../../dist/authentication-page/page.js?raw'

/** The files of the page, which are bundled before core is. */
export const pageFiles = { 'page.html': html, 'page.css': css, 'page.js': script } as const
