import CKernels

/// The instruction sets that the kernels are written for.
public enum InstructionSet: String, Sendable, CaseIterable, CustomStringConvertible {
  /// Plain loops: the reference for all others.
  case scalar
  case avx2
  case avx512
  /// AVX-512 with integer dot products.
  case avx512vnni
  /// The same, and the tiles of AMX for prompts.
  case amx
  case neon

  public var description: String { rawValue }

  /// Those that this machine runs, slowest first.
  public static var available: [InstructionSet] {
    allCases.filter { rk_kernels_named($0.rawValue) != nil }
  }

  /// The name of the environment variable that forces one.
  public static let environmentVariable = "RESIDENT_ISA"
}

/// How a product rounds its activations. docs/engine.md has the difference that each makes.
public enum ActivationPrecision: String, Sendable, CaseIterable {
  /// As `fixed16`, and prompts in bfloat16 for weights in bfloat16, as in MLX and llama.cpp, if the processor multiplies
  /// pairs of them. A text that is scored is not rounded to bfloat16: other lanes are compared with its distributions.
  case matched
  /// Each group of activations, as long as a group of weights, in 16-bit fixed point relative to its largest magnitude,
  /// so that products with 2, 4 and 8-bit codes and with MXFP4 are exact in integers.
  case fixed16
  /// Single precision throughout.
  case float32
}

extension ActivationPrecision {
  /// The rounding for a text that is scored.
  var forScoring: ActivationPrecision { self == .matched ? .fixed16 : self }

  /// The rounding for a product with many tokens.
  func rounding(for matrix: rk_matrix) -> rk_rounding {
    switch self {
    case .matched: matrix.storage == RK_BFLOAT16 ? RK_TO_BFLOAT16 : RK_FIXED
    case .fixed16: RK_FIXED
    case .float32: RK_EXACT
    }
  }
}

/// The functions of one instruction set.
struct Kernels: Sendable {
  // Points at a constant table of the C library.
  nonisolated(unsafe) let table: UnsafePointer<rk_kernels>

  var functions: rk_kernels { table.pointee }

  /// The product with one token or a few.
  func product(_ precision: ActivationPrecision) -> rk_vector_product {
    switch precision {
    case .matched, .fixed16: functions.fixed
    case .float32: functions.exact
    }
  }

  /// The product of the matrix with many tokens.
  func panelProduct(_ matrix: rk_matrix, _ precision: ActivationPrecision) -> rk_panel_product {
    withUnsafePointer(to: matrix) { functions.panels($0, precision.rounding(for: matrix)) }
  }

  /// Tokens per panel.
  var panel: Int { Int(table.pointee.panel) }

  /// Tokens per vector.
  var vectorWidth: Int { Int(table.pointee.vector_width) }

  var instructionSet: InstructionSet {
    InstructionSet(rawValue: String(cString: table.pointee.name)) ?? .scalar
  }

  /// - Parameter choice: The name of an instruction set; nil or empty takes the fastest that this machine runs.
  /// - Throws: `.instructionSet` if it is unknown or this machine lacks it.
  init(named choice: String?) throws(EngineError) {
    guard let choice, !choice.isEmpty else {
      table = rk_kernels_best()
      return
    }
    guard let table = rk_kernels_named(choice) else {
      throw .instructionSet(choice, available: InstructionSet.available.map(\.rawValue))
    }
    self.table = table
  }
}

/// Floats for the kernels, zero at first.
typealias FloatBuffer = FixedBuffer<Float>

/// Values at a fixed address, aligned to a cache line.
///
/// The engine's threads write disjoint parts between two barriers, so access is unchecked; the owner sizes it.
final class FixedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  // Safe to share: the address is constant, and the team's barriers order the accesses.

  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ count: Int, repeating value: Element) {
    self.count = max(count, 1)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: self.count * MemoryLayout<Element>.stride, alignment: 64)
    base = bytes.initializeMemory(as: Element.self, repeating: value, count: self.count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  var byteCount: Int { count * MemoryLayout<Element>.stride }
}

extension FixedBuffer where Element: ExpressibleByIntegerLiteral {
  /// Zeros.
  convenience init(_ count: Int) { self.init(count, repeating: 0) }
}
