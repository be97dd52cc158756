import CKernels

/// The instruction sets that the kernels are written for.
public enum InstructionSet: String, Sendable, CaseIterable, CustomStringConvertible {
  /// Plain loops: the reference for all others.
  case scalar
  case avx2
  case avx512
  /// AVX-512 with integer dot products.
  case avx512vnni
  case neon

  public var description: String { rawValue }

  /// Those that this machine runs, slowest first.
  public static var available: [InstructionSet] {
    allCases.filter { rk_kernels_named($0.rawValue) != nil }
  }

  /// The name of the environment variable that forces one.
  public static let environmentVariable = "RESIDENT_ISA"
}

/// The functions of one instruction set.
struct Kernels: Sendable {
  // Points at a constant table of the C library.
  nonisolated(unsafe) let table: UnsafePointer<rk_kernels>

  var functions: rk_kernels { table.pointee }

  /// The product with a few tokens that rounds their activations as asked.
  func product(_ precision: ActivationPrecision) -> rk_vector_product {
    switch precision {
    case .matched, .fixed16: functions.fixed
    case .float32: functions.exact
    }
  }

  /// The product with many tokens that rounds their activations as asked.
  func panelProduct(_ matrix: rk_matrix, _ precision: ActivationPrecision) -> rk_panel_product {
    withUnsafePointer(to: matrix) { functions.panels($0, precision.rounding(for: matrix)) }
  }

  /// Tokens a panel.
  var panel: Int { Int(table.pointee.panel) }

  /// Tokens a vector.
  var lanes: Int { Int(table.pointee.lanes) }

  var instructionSet: InstructionSet {
    InstructionSet(rawValue: String(cString: table.pointee.name)) ?? .scalar
  }

  /// - Parameter choice: A name of an instruction set; nil or empty takes the fastest that this machine runs.
  /// - Throws: `.instructionSet` where it is unknown or this machine lacks it.
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
