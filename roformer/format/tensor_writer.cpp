#include "roformer/format/tensor_writer.h"

#include <caffe2/serialize/inline_container.h>

#include <cstdint>
#include <exception>
#include <string_view>

#include "roformer/base/crc32c.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/format/byte_append.h"
#include "roformer/format/pickle_writer.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_bytes.h"
#include "roformer/format/tensorflow_index.h"

namespace roformer::format {
namespace {

// Storage i is that of tensor i.
std::vector<PickledTensor> number_storages(const std::vector<OutputTensor>& tensors) {
  std::vector<PickledTensor> result;
  for (const OutputTensor& tensor : tensors)
    result.push_back({tensor.name, std::to_string(result.size()), tensor.dtype, tensor.shape});
  return result;
}

void append_tensor(const base::Append& append, const torch::Tensor& tensor) {
  if (tensor.nbytes() > 0) append(tensor.const_data_ptr(), tensor.nbytes());
}

// LibTorch's zip writer must not see a failed write: its destructor would write the end of the
// archive, fail again, and end the program. So the first failure is kept and thrown at the end.
class ZipSink {
 public:
  explicit ZipSink(const base::Append& append) : append_(append) {}

  std::size_t write(const void* bytes, std::size_t size) {
    if (failure_) return size;
    try {
      append_(bytes, size);
    } catch (...) {
      failure_ = std::current_exception();
    }
    return size;
  }
  bool failed() const { return failure_ != nullptr; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const base::Append& append_;
  std::exception_ptr failure_;
};

void write_records(ZipSink& sink, const std::vector<OutputTensor>& tensors,
                   const OnBytes& on_bytes) {
  caffe2::serialize::PyTorchStreamWriter writer(
      [&](const void* bytes, std::size_t size) { return sink.write(bytes, size); });
  const std::string pickle = pickle_state(number_storages(tensors), PickleContainer::zip);
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  constexpr std::string_view kOrder = "little";
  writer.writeRecord("byteorder", kOrder.data(), kOrder.size());
  for (std::size_t i = 0; i < tensors.size() && !sink.failed(); ++i) {
    const torch::Tensor tensor = materialize(tensors[i]);
    const char none = 0;
    const void* data = tensor.nbytes() > 0 ? tensor.const_data_ptr() : &none;
    writer.writeRecord("data/" + std::to_string(i), data, tensor.nbytes());
    on_bytes(tensor.nbytes());
  }
  writer.writeEndOfFile();
}

}  // namespace

torch::Tensor materialize(const OutputTensor& tensor) {
  const torch::Tensor made = tensor.make().detach().to(at::kCPU).contiguous();
  base::require(made.scalar_type() == scalar_type(tensor.dtype) && made.sizes() == tensor.shape,
                "[checkpoint] tensor '{}': expected {} of shape {} but got {} of shape {}",
                printable(tensor.name), dtype_name(tensor.dtype), format_shape(tensor.shape),
                c10::toString(made.scalar_type()), format_shape(made.sizes().vec()));
  return made;
}

void write_pytorch_zip(const std::filesystem::path& path, const std::vector<OutputTensor>& tensors,
                       const OnBytes& on_bytes) {
  base::write_file_atomically(path, [&](const base::Append& append) {
    ZipSink sink(append);
    write_records(sink, tensors, on_bytes);
    sink.rethrow();
  });
}

void write_pytorch_legacy(const std::filesystem::path& path,
                          const std::vector<OutputTensor>& tensors, const OnBytes& on_bytes) {
  const std::vector<PickledTensor> pickled = number_storages(tensors);
  std::vector<std::string> keys;
  for (const PickledTensor& tensor : pickled) keys.push_back(tensor.key);
  const std::string head =
      legacy_preamble() + pickle_state(pickled, PickleContainer::legacy) + pickle_texts(keys);
  base::write_file_atomically(path, [&](const base::Append& append) {
    append(head.data(), head.size());
    for (const OutputTensor& output : tensors) {
      const torch::Tensor tensor = materialize(output);
      std::string size;
      append_number(size, static_cast<std::uint64_t>(tensor.numel()), 8);
      append(size.data(), size.size());
      append_tensor(append, tensor);
      on_bytes(tensor.nbytes());
    }
  });
}

void write_tensorflow(const std::filesystem::path& prefix,
                      const std::vector<std::vector<OutputTensor>>& shards,
                      const OnBytes& on_bytes) {
  TensorFlowIndex index;
  index.shards = static_cast<std::int64_t>(shards.size());
  for (std::int64_t shard = 0; shard < index.shards; ++shard) {
    const std::string path = shard_name(prefix.string(), shard, index.shards);
    base::write_file_atomically(path, [&](const base::Append& append) {
      std::size_t begin = 0;
      for (const OutputTensor& output : shards[static_cast<std::size_t>(shard)]) {
        const torch::Tensor tensor = materialize(output);
        const std::string_view bytes(static_cast<const char*>(tensor.const_data_ptr()),
                                     tensor.nbytes());
        append_tensor(append, tensor);
        index.tensors[output.name] = {
            output.dtype, output.shape,         shard,
            begin,        begin + bytes.size(), base::mask_crc32c(base::crc32c(bytes))};
        begin += bytes.size();
        on_bytes(bytes.size());
      }
    });
  }
  base::write_file_atomically(prefix.string() + ".index", format_tensorflow_index(index));
}

}  // namespace roformer::format
