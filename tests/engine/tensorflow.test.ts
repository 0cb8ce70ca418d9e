/** TensorFlow.js without a library of TensorFlow's, which has the same operators and gradients, only slower. */

import { plainTensorflow } from '../helpers/tensorflow/plain.ts';
import { describeTensorflow } from '../helpers/tensorflow/suite.ts';

describeTensorflow(await plainTensorflow());
