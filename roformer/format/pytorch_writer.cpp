#include "roformer/format/pytorch_file.h"

#include <caffe2/serialize/inline_container.h>

#include <cstdint>
#include <exception>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/format/byte_cursor.h"
#include "roformer/format/pickle_rebuild.h"
#include "roformer/format/pickle_writer.h"

namespace roformer::format {
namespace {

// Storage i is that of tensor i.
std::vector<PickledTensor> number_storages(const std::vector<OutputTensor>& tensors) {
  std::vector<PickledTensor> result;
  for (const OutputTensor& tensor : tensors)
    result.push_back({tensor.name, std::to_string(result.size()), tensor.dtype, tensor.shape});
  return result;
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
  // PyTorch reads a storage without a class of its type in zip files alone.
  for (const OutputTensor& tensor : tensors)
    base::require(!storage_name(tensor.dtype).empty(),
                  "[format] {}: tensor '{}': expected a type that PyTorch's files without zip have "
                  "but got {}; --format pytorch has it",
                  path.string(), tensor.name, dtype_name(tensor.dtype));
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
      append_number(size, static_cast<std::uint64_t>(storage_size(output.dtype, tensor.numel())),
                    8);
      append(size.data(), size.size());
      append_elements(append, tensor);
      on_bytes(tensor.nbytes());
    }
  });
}

}  // namespace roformer::format
