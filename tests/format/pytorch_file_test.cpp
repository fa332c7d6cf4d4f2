#include "roformer/format/pytorch_file.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/file.h"
#include "roformer/format/pickle_writer.h"
#include "roformer/format/pickled_file.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/temporary_folder.h"
#include "tests/format/pickle_text.h"

namespace roformer::format {
namespace {

using namespace std::string_literals;
using checkpoint::expect_error;
using checkpoint::TemporaryFolder;

// The legacy form of {"x": tensor} over six floats 0 … 5, as pickle_of states it, within `before`
// and `after`.
void write_legacy(const std::filesystem::path& path, const TensorText& tensor,
                  const std::string& before = "", const std::string& after = "") {
  const std::string object = pickle_of(tensor);  // PROTO, the dictionary, STOP
  std::string bytes = legacy_preamble() + object.substr(0, 2) + before +
                      object.substr(2, object.size() - 3) + after + "." + pickle_texts({"0"});
  append_number(bytes, 6, 8);
  for (float i = 0; i < 6; ++i) bytes.append(reinterpret_cast<const char*>(&i), sizeof i);
  base::write_file_atomically(path, bytes);
}

TEST(PyTorchFile, ReadsStridesAndOffsets) {
  const TemporaryFolder folder("pytorch-file");
  write_legacy(folder / "x.bin", {6, 1, {2, 2}, {1, 2}});
  const PyTorchFile file(folder / "x.bin");
  EXPECT_EQ(std::string(file.format().name), "pytorch-legacy");
  EXPECT_TRUE(torch::equal(file.tensor("x"), torch::tensor({{1.0f, 3.0f}, {2.0f, 4.0f}})));
  EXPECT_TRUE(file.notes().empty());
  expect_error({"x.bin", "'y'"}, [&] { file.tensor("y"); });
}

TEST(PyTorchFile, SaysWhereTheTensorsWereAndWhatStandsBeside) {
  const TemporaryFolder folder("pytorch-notes");
  write_legacy(folder / "x.bin", {}, "}" + short_text("model"), short_text("step") + "K\x01ss");
  const PyTorchFile file(folder / "x.bin");
  ASSERT_EQ(file.notes().size(), 2u);
  EXPECT_NE(file.notes()[0].find("inside 'model'"), std::string::npos);
  EXPECT_NE(file.notes()[1].find("1 other values, 'step'"), std::string::npos);
}

}  // namespace
}  // namespace roformer::format
