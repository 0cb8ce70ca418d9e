/**
 * A reader of Python pickles that holds data only. A pickle is a program for a small stack machine;
 * Python's own reader lets that program call any function of any module, which is how a weight file
 * becomes an attack. This one knows no function but those that its caller lists: any other global is
 * refused by its name, and nothing is ever executed.
 *
 * Opcodes: CPython's Lib/pickletools.py; here are those that torch.save writes (protocols 2 to 5).
 */
import { StudioError } from '../../../src-shared/errors.ts';

/** What a global of the pickle stands for: a value that is passed around, perhaps called. */
export type PickleGlobal = (...args: readonly unknown[]) => unknown;

export interface PickleRules {
  /** The file, for messages. */
  readonly file: string;
  /** By `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** Resolves a persistent id: in torch's files, a storage. */
  readonly persistent: (id: unknown) => unknown;
}

const mark = Symbol('mark');

/** Python's tuples are arrays here, its dictionaries and ordered dictionaries are Maps. */
export function readPickle(
  bytes: Uint8Array,
  rules: PickleRules,
  start = 0,
): { readonly value: unknown; readonly end: number } {
  const machine = new Machine(bytes, rules, start);
  return { value: machine.run(), end: machine.position };
}

class Machine {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #rules: PickleRules;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, rules: PickleRules, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#rules = rules;
    this.position = start;
  }

  run(): unknown {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === 0x2e) return this.#pop(); // STOP
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    const stack = this.#stack;
    switch (opcode) {
      case 0x80: // PROTO
        this.#take(1);
        return;
      case 0x95: // FRAME
        this.#take(8);
        return;
      case 0x28: // MARK
        stack.push(mark);
        return;
      case 0x30: // POP
        this.#pop();
        return;

      // Constants.
      case 0x4e: // NONE
        stack.push(null);
        return;
      case 0x88: // NEWTRUE
        stack.push(true);
        return;
      case 0x89: // NEWFALSE
        stack.push(false);
        return;
      case 0x4a: // BININT
        stack.push(this.#view.getInt32(this.#take(4), true));
        return;
      case 0x4b: // BININT1
        stack.push(this.#byte());
        return;
      case 0x4d: // BININT2
        stack.push(this.#view.getUint16(this.#take(2), true));
        return;
      case 0x8a: // LONG1
        stack.push(this.#long(this.#byte()));
        return;
      case 0x47: // BINFLOAT
        stack.push(this.#view.getFloat64(this.#take(8), false));
        return;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(this.#text(this.#byte()));
        return;
      case 0x58: // BINUNICODE
        stack.push(this.#text(this.#uint32()));
        return;
      // Python 2 wrote text as bytes.
      case 0x55: // SHORT_BINSTRING
      case 0x43: // SHORT_BINBYTES
        stack.push(this.#text(this.#byte()));
        return;
      case 0x54: // BINSTRING
      case 0x42: // BINBYTES
        stack.push(this.#text(this.#uint32()));
        return;

      // Containers.
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        return;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([]);
        return;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(this.#popMany(opcode - 0x84));
        return;
      case 0x74: // TUPLE
        stack.push(this.#popToMark());
        return;
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2));
        return;
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark());
        return;
      case 0x61: // APPEND
        this.#append(this.#popMany(1));
        return;
      case 0x65: // APPENDS
        this.#append(this.#popToMark());
        return;

      // The memo: values that are used again.
      case 0x71: // BINPUT
        this.#memo.set(this.#byte(), this.#top());
        return;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#uint32(), this.#top());
        return;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case 0x68: // BINGET
        stack.push(this.#recall(this.#byte()));
        return;
      case 0x6a: // LONG_BINGET
        stack.push(this.#recall(this.#uint32()));
        return;

      // Objects.
      case 0x63: // GLOBAL
        stack.push(this.#global(this.#line(), this.#line()));
        return;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        stack.push(this.#global(String(module), String(name)));
        return;
      }
      case 0x52: // REDUCE
        this.#reduce();
        return;
      case 0x62: // BUILD
        // Attributes beside the content: `_metadata` of a state dict, the flags of an old Parameter.
        this.#pop();
        this.#top();
        return;
      case 0x51: // BINPERSID
        stack.push(this.#rules.persistent(this.#pop()));
        return;
      default:
        throw this.#refuse(`the pickle instruction 0x${opcode.toString(16)}`);
    }
  }

  #global(module: string, name: string): PickleGlobal {
    const found = this.#rules.globals.get(`${module}.${name}`);
    if (!found) throw this.#refuse(`the Python object ${module}.${name}`);
    return found;
  }

  #reduce(): void {
    const [callee, args] = this.#popMany(2);
    // Only what #global let through is a function.
    if (typeof callee !== 'function' || !Array.isArray(args)) throw this.#damaged();
    this.#stack.push(callee(...args));
  }

  #setItems(items: readonly unknown[]): void {
    const target = this.#top();
    if (!(target instanceof Map) || items.length % 2 !== 0) throw this.#damaged();
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  }

  #append(items: readonly unknown[]): void {
    const target = this.#top();
    if (!Array.isArray(target)) throw this.#damaged();
    for (const item of items) target.push(item);
  }

  #recall(index: number): unknown {
    if (!this.#memo.has(index)) throw this.#damaged();
    return this.#memo.get(index);
  }

  #top(): unknown {
    const top = this.#stack.at(-1);
    if (this.#stack.length === 0 || top === mark) throw this.#damaged();
    return top;
  }

  #pop(): unknown {
    const top = this.#top();
    this.#stack.pop();
    return top;
  }

  #popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw this.#damaged();
    return this.#stack.splice(at).slice(1);
  }

  /** Moves on and returns where it was. */
  #take(count: number): number {
    const at = this.position;
    if (at + count > this.#bytes.length) throw this.#damaged();
    this.position += count;
    return at;
  }

  #byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Little-endian two's complement; a number where it is exact. */
  #long(length: number): number | bigint {
    const at = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]!);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #text(length: number): string {
    const at = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.#damaged();
    const text = this.#text(end - this.position);
    this.position = end + 1;
    return text;
  }

  #refuse(what: string): StudioError {
    return new StudioError(
      'refused',
      `${this.#rules.file} was refused: it holds ${what}, and a weight file needs only tensors. In Python, torch.save(model.state_dict(), …) writes such a file.`,
    );
  }

  #damaged(): StudioError {
    return new StudioError('refused', `${this.#rules.file} is damaged: its pickle makes no sense.`);
  }
}
