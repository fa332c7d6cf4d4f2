// rotate: a tensor of one's own turned by the positions of its tokens, as RoFormer turns queries
// and keys. Prints its numbers.
#include <roformer/rope/rotation.h>

#include <iostream>

using namespace roformer;

// x (batch, heads, tokens, head_size), as padded models have it. What rope::rotate takes has the
// tokens first, (tokens, heads, head_size), and as many angles: one position a token.
torch::Tensor rotate_padded(const torch::Tensor& x) {
  const std::int64_t batch = x.size(0), tokens = x.size(2), head_size = x.size(3);
  const torch::Tensor positions = torch::arange(tokens).repeat({batch});
  const torch::Tensor rows = x.transpose(1, 2).flatten(0, 1);  // (batch * tokens, heads, head_size)
  const torch::Tensor turned = rope::rotate(rows, rope::angles(positions, head_size));
  return turned.unflatten(0, {batch, tokens}).transpose(1, 2);
}

int main() {
  try {
    const torch::Tensor x = torch::arange(2 * 3 * 4 * 8, torch::kFloat).view({2, 3, 4, 8}) / 100;
    const torch::Tensor turned = rotate_padded(x).contiguous();
    for (std::int64_t i = 0; i < turned.numel(); ++i)
      std::cout << turned.const_data_ptr<float>()[i] << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
