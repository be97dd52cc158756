/// The order of query and key rows.
///
/// GGUF's llama family interleaves the two halves of each head, since its rotary embedding turns neighbours; Hugging
/// Face and MLX turn element *i* with element *i* + *D*/2.
enum RotaryRows {
  /// The GGUF row that holds a checkpoint's row, of heads with an even number of rows.
  static func source(of row: Int, headDimension: Int) -> Int {
    let half = headDimension / 2
    let (head, inHead) = row.quotientAndRemainder(dividingBy: headDimension)
    return head * headDimension + 2 * (inHead % half) + inHead / half
  }
}
