#include "roformer/format/pickled_file.h"

#include <c10/util/Exception.h>
#include <caffe2/serialize/inline_container.h>

#include <memory>

#include "roformer/base/error.h"
#include "roformer/format/byte_cursor.h"
#include "roformer/format/pickle_reader.h"
#include "roformer/format/printable.h"

namespace roformer::format {
namespace {

constexpr std::size_t kMethodOffset = 8;  // of the compression method, in a record's local header

// Bytes in memory, as LibTorch's reader asks for them.
class BytesAdapter : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit BytesAdapter(std::string_view bytes) : bytes_(bytes) {}
  std::size_t size() const override { return bytes_.size(); }
  std::size_t read(std::uint64_t place, void* buffer, std::size_t size,
                   const char*) const override {
    if (place >= bytes_.size()) return 0;
    return bytes_.copy(static_cast<char*>(buffer), size, static_cast<std::size_t>(place));
  }

 private:
  std::string_view bytes_;
};

class ZipRecords {
 public:
  ZipRecords(std::string_view bytes, const std::string& name)
      : name_(name), bytes_(bytes), reader_(std::make_shared<BytesAdapter>(bytes)) {}

  bool has(const std::string& record) { return reader_.hasRecord(record); }

  // The record's bytes, where they lie in the file.
  std::string_view find(const std::string& record) {
    base::require(has(record), "[format] {}: expected a record '{}' but there is none", name_,
                  printable(record));
    ByteCursor header(bytes_, name_);
    header.take(reader_.getRecordHeaderOffset(record));
    header.take(kMethodOffset);
    base::require(header.number(2) == 0,
                  "[format] {}: expected record '{}' to be stored but it is compressed; save "
                  "it again with torch.save",
                  name_, printable(record));
    ByteCursor data(bytes_, name_);
    data.take(reader_.getRecordOffset(record));
    return data.take(reader_.getRecordSize(record));
  }

 private:
  std::string name_;
  std::string_view bytes_;
  caffe2::serialize::PyTorchStreamReader reader_;
};

PickledFile read_records(ZipRecords& records, std::string_view bytes, const std::string& name) {
  if (records.has("byteorder")) {
    base::require(records.find("byteorder") == "little",
                  "[format] {}: expected a file of a little-endian machine but got another", name);
  }
  PickledFile container;
  container.object = read_pickle(records.find("data.pkl"), name + ": data.pkl");
  for (const PickleStorage& storage : container.object.storages) {
    const std::string_view data = records.find("data/" + storage.key);
    const std::size_t size = static_cast<std::size_t>(storage.size) * dtype_size(storage.dtype);
    base::require(data.size() == size, "[format] {}: expected {} bytes in storage '{}' but got {}",
                  name, size, printable(storage.key), data.size());
    container.begin.emplace(storage.key, static_cast<std::size_t>(data.data() - bytes.data()));
  }
  return container;
}

}  // namespace

PickledFile read_zip_container(std::string_view bytes, const std::string& name) {
  try {
    ZipRecords records(bytes, name);
    return read_records(records, bytes, name);
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    base::fail("[format] {}: expected PyTorch's zip form but got: {}", name,
               printable(message.substr(0, message.find('\n'))));
  }
}

}  // namespace roformer::format
