/**
 * Words of Sail source.
 *
 * @typedef {{ readonly kind: 'id' | 'tyvar' | 'int' | 'bits' | 'string' | 'op' | 'end', readonly text: string, readonly at: number }} Token
 */

const PATTERN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(0b[01_]+|0x[0-9A-Fa-f_]+)|(\d+)|('[A-Za-z_]\w*)|([A-Za-z_~][\w]*|\?)|"((?:[^"\\]|\\.)*)"|(<->|-->|=>|->|==|!=|<=|>=|<<|>>|\.\.|\+\+|::|[-+*/%^&|@<>=(){}[\],;:.~])/y

/**
 * Splits text into tokens; the last one is of kind `end`.
 * @param {string} text
 * @returns {Token[]}
 */
export function tokens(text) {
  const found = []
  PATTERN.lastIndex = 0
  while (PATTERN.lastIndex < text.length) {
    const at = PATTERN.lastIndex
    const m = PATTERN.exec(text)
    if (m === null) throw new SyntaxError(`no Sail token at: ${text.slice(at, at + 40)}`)
    if (m[1] !== undefined) found.push({ kind: 'bits', text: m[1].replaceAll('_', ''), at })
    else if (m[2] !== undefined) found.push({ kind: 'int', text: m[2], at })
    else if (m[3] !== undefined) found.push({ kind: 'tyvar', text: m[3], at })
    else if (m[4] !== undefined) found.push({ kind: 'id', text: m[4], at })
    else if (m[5] !== undefined) found.push({ kind: 'string', text: m[5], at })
    else if (m[6] !== undefined) found.push({ kind: 'op', text: m[6], at })
  }
  found.push({ kind: 'end', text: '', at: text.length })
  return found
}
