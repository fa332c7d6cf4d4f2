#include "roformer/format/tensor_writer.h"

#include "roformer/base/error.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_bytes.h"

namespace roformer::format {

torch::Tensor materialize(const OutputTensor& tensor) {
  const torch::Tensor made = tensor.make().detach().to(at::kCPU).contiguous();
  base::require(made.scalar_type() == scalar_type(tensor.dtype) && made.sizes() == tensor.shape,
                "[checkpoint] tensor '{}': expected {} of shape {} but got {} of shape {}",
                printable(tensor.name), dtype_name(tensor.dtype), format_shape(tensor.shape),
                c10::toString(made.scalar_type()), format_shape(made.sizes().vec()));
  return made;
}

void append_elements(const base::Append& append, const torch::Tensor& tensor) {
  if (tensor.nbytes() > 0) append(tensor.const_data_ptr(), tensor.nbytes());
}

}  // namespace roformer::format
