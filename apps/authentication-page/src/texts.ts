/** All texts of the page. A host can replace any of them. */
export interface Texts {
  readonly title: string
  readonly intro: string
  readonly introChallenge: string
  readonly enrolTitle: string
  readonly enrolIntro: string
  readonly start: string
  readonly waiting: string
  readonly positionFace: string
  readonly takePicture: string
  readonly lookStraight: string
  readonly turn_left: string
  readonly turn_right: string
  readonly open_mouth: string
  readonly checking: string
  readonly retryTitle: string
  readonly tryAgain: string
  readonly no_face: string
  readonly multiple_faces: string
  readonly too_small: string
  readonly too_dark: string
  readonly too_bright: string
  readonly blurred: string
  readonly extreme_pose: string
  readonly challenge_failed: string
  readonly spoof: string
  readonly notClear: string
  readonly pinTitle: string
  readonly pinIntro: string
  readonly pinLabel: string
  readonly trustDevice: string
  readonly confirm: string
  readonly wrongPin: string
  readonly successTitle: string
  readonly success: string
  readonly returning: string
  readonly failureTitle: string
  readonly failure: string
  readonly goBack: string
  readonly notEnrolledTitle: string
  readonly notEnrolled: string
  readonly deniedTitle: string
  readonly denied: string
  readonly noCameraTitle: string
  readonly noCamera: string
  readonly cameraBusyTitle: string
  readonly cameraBusy: string
  readonly expiredTitle: string
  readonly expired: string
  readonly otherBrowserTitle: string
  readonly otherBrowser: string
  readonly offlineTitle: string
  readonly offline: string
  readonly busyTitle: string
  readonly busy: string
  readonly unsupportedTitle: string
  readonly unsupported: string
}

const english: Texts = {
  title: 'Sign in with your face',
  intro: 'We take one picture with your camera and compare it with the one you enrolled.',
  introChallenge: 'We ask you to move your head a little, to make sure that it is you and not a photo.',
  enrolTitle: 'Enrol your face',
  enrolIntro: 'You can then sign in with it. It is stored encrypted and used for nothing else.',
  start: 'Start the camera',
  waiting: 'One moment',
  positionFace: 'Put your face in the oval and look straight ahead',
  takePicture: 'Take the picture',
  lookStraight: 'Look straight ahead, mouth closed',
  turn_left: 'Turn your head to your left',
  turn_right: 'Turn your head to your right',
  open_mouth: 'Open your mouth',
  checking: 'Checking',
  retryTitle: 'Let us try that again',
  tryAgain: 'Try again',
  no_face: 'We saw no face. Put your face in the oval.',
  multiple_faces: 'We saw more than one face. Only you should be in the picture.',
  too_small: 'Come a little closer.',
  too_dark: 'It is too dark. Turn towards a light.',
  too_bright: 'It is too bright. Turn away from the light.',
  blurred: 'The picture was blurred. Hold still.',
  extreme_pose: 'Look straight into the camera.',
  challenge_failed: 'The movements were not the ones we asked for.',
  spoof: 'We could not see that it is you and not a picture. Turn your whole head, and keep the device still.',
  notClear: 'That picture was not good enough.',
  pinTitle: 'Enter your PIN',
  pinIntro: 'Your face was recognised. Enter your PIN to finish.',
  pinLabel: 'PIN',
  trustDevice: 'Do not ask again on this device',
  confirm: 'Confirm',
  wrongPin: 'That PIN is not right.',
  successTitle: 'Done',
  success: 'You can close this page.',
  returning: 'Taking you back.',
  failureTitle: 'That did not work',
  failure: 'We could not confirm that it is you. Go back to where you came from and start again.',
  goBack: 'Go back',
  notEnrolledTitle: 'No face is enrolled',
  notEnrolled: 'You have to enrol your face before you can sign in with it.',
  deniedTitle: 'The camera is not allowed',
  denied: 'Allow it for this page in the settings of your browser, then try again.',
  noCameraTitle: 'There is no camera',
  noCamera: 'Connect one, or open this page on a device that has one.',
  cameraBusyTitle: 'The camera is in use',
  cameraBusy: 'Another program is using it. Close that program, then try again.',
  expiredTitle: 'This page has expired',
  expired: 'Go back to where you came from and start again.',
  otherBrowserTitle: 'This page was opened elsewhere',
  otherBrowser: 'It goes on in the browser that opened it first. If that was not you, do not go on.',
  offlineTitle: 'The connection was lost',
  offline: 'Check your network. Nothing is lost: you can go on from here.',
  busyTitle: 'Too busy at the moment',
  busy: 'Wait a moment, then try again.',
  unsupportedTitle: 'This browser cannot do that',
  unsupported: 'Open the page in a newer browser, over a secure connection.',
}

// cspell:disable
const german: Texts = {
  title: 'Mit dem Gesicht anmelden',
  intro: 'Wir machen ein Bild mit Ihrer Kamera und vergleichen es mit dem, das Sie hinterlegt haben.',
  introChallenge: 'Wir bitten Sie, den Kopf ein wenig zu bewegen, damit wir sehen, dass Sie es sind und kein Foto.',
  enrolTitle: 'Gesicht hinterlegen',
  enrolIntro:
    'Damit können Sie sich künftig anmelden. Es wird verschlüsselt aufbewahrt und für nichts anderes benutzt.',
  start: 'Kamera einschalten',
  waiting: 'Einen Augenblick',
  positionFace: 'Bringen Sie Ihr Gesicht in das Oval und schauen Sie geradeaus',
  takePicture: 'Bild aufnehmen',
  lookStraight: 'Schauen Sie geradeaus, mit geschlossenem Mund',
  turn_left: 'Drehen Sie den Kopf nach links',
  turn_right: 'Drehen Sie den Kopf nach rechts',
  open_mouth: 'Öffnen Sie den Mund',
  checking: 'Wird geprüft',
  retryTitle: 'Bitte noch einmal',
  tryAgain: 'Noch einmal versuchen',
  no_face: 'Wir haben kein Gesicht gesehen. Bringen Sie es in das Oval.',
  multiple_faces: 'Wir haben mehrere Gesichter gesehen. Nur Sie sollten im Bild sein.',
  too_small: 'Kommen Sie etwas näher.',
  too_dark: 'Es ist zu dunkel. Drehen Sie sich zum Licht.',
  too_bright: 'Es ist zu hell. Drehen Sie sich vom Licht weg.',
  blurred: 'Das Bild war unscharf. Halten Sie still.',
  extreme_pose: 'Schauen Sie gerade in die Kamera.',
  challenge_failed: 'Das waren nicht die Bewegungen, um die wir gebeten haben.',
  spoof:
    'Wir konnten nicht sehen, dass Sie es sind und kein Bild. Drehen Sie den ganzen Kopf und halten Sie das Gerät still.',
  notClear: 'Das Bild war nicht gut genug.',
  pinTitle: 'PIN eingeben',
  pinIntro: 'Ihr Gesicht wurde erkannt. Ihre PIN schließt die Anmeldung ab.',
  pinLabel: 'PIN',
  trustDevice: 'Auf diesem Gerät nicht mehr danach fragen',
  confirm: 'Bestätigen',
  wrongPin: 'Diese PIN stimmt nicht.',
  successTitle: 'Fertig',
  success: 'Sie können diese Seite schließen.',
  returning: 'Wir bringen Sie zurück.',
  failureTitle: 'Das hat nicht geklappt',
  failure:
    'Wir konnten nicht bestätigen, dass Sie es sind. Gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie neu.',
  goBack: 'Zurück',
  notEnrolledTitle: 'Kein Gesicht hinterlegt',
  notEnrolled: 'Sie müssen Ihr Gesicht erst hinterlegen, bevor Sie sich damit anmelden können.',
  deniedTitle: 'Die Kamera ist nicht erlaubt',
  denied: 'Erlauben Sie sie für diese Seite in den Einstellungen des Browsers und versuchen Sie es dann noch einmal.',
  noCameraTitle: 'Keine Kamera gefunden',
  noCamera: 'Schließen Sie eine an oder öffnen Sie diese Seite auf einem Gerät mit Kamera.',
  cameraBusyTitle: 'Die Kamera wird benutzt',
  cameraBusy: 'Ein anderes Programm benutzt sie. Schließen Sie es und versuchen Sie es dann noch einmal.',
  expiredTitle: 'Diese Seite ist abgelaufen',
  expired: 'Gehen Sie dorthin zurück, woher Sie kamen, und beginnen Sie neu.',
  otherBrowserTitle: 'Diese Seite ist anderswo offen',
  otherBrowser:
    'Sie geht in dem Browser weiter, der sie zuerst geöffnet hat. Waren das nicht Sie, dann machen Sie nicht weiter.',
  offlineTitle: 'Die Verbindung ist abgebrochen',
  offline: 'Prüfen Sie Ihr Netz. Nichts ist verloren: Sie können hier weitermachen.',
  busyTitle: 'Gerade zu viel Betrieb',
  busy: 'Warten Sie einen Augenblick und versuchen Sie es dann noch einmal.',
  unsupportedTitle: 'Dieser Browser kann das nicht',
  unsupported: 'Öffnen Sie die Seite in einem neueren Browser, über eine sichere Verbindung.',
}
// cspell:enable

const builtIn: Readonly<Record<string, Texts>> = { en: english, de: german }

/** Texts of the host by language. Texts missing in a language that is not built in fall back to English. */
export type TextOverrides = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Returns the texts in the first preferred language that has texts, or in English. @param preferred BCP 47 language tags */
export function resolveTexts(
  preferred: readonly string[],
  overrides: TextOverrides,
): { readonly language: string; readonly texts: Texts } {
  const languages = preferred.map((tag) => tag.toLowerCase().split('-')[0] ?? '')
  const language = languages.find((name) => name in builtIn || name in overrides) ?? 'en'
  return { language, texts: { ...english, ...builtIn[language], ...overrides[language] } }
}
