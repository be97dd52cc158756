import CKernels
import Checkpoint

extension TensorView {
  /// The elements as single-precision numbers; nil where the tensor holds no floats that the kernels read.
  func floats(_ kernels: Kernels) -> [Float]? {
    guard let storage = rk_storage(type) else { return nil }
    var matrix = rk_matrix(
      storage: storage, bits: 0, group: 0, parameters: storage, rows: 1, columns: Int64(elementCount),
      values: bytes.baseAddress, scales: nil, biases: nil)
    return [Float](unsafeUninitializedCapacity: elementCount) { buffer, count in
      kernels.functions.dequantize_row(&matrix, 0, buffer.baseAddress)
      count = elementCount
    }
  }
}
